// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/wildcard.h"

#include <chrono>

#include <gtest/gtest.h>

namespace gds {
namespace {

bool matches(const char* pattern, const char* text)
{
    return wildcard_matches(to_wildcard(pattern), text);
}

TEST(Wildcard, IsTheWholeText)
{
    EXPECT_TRUE(matches("alice", "alice"));
    EXPECT_FALSE(matches("alice", "alice2"));
    EXPECT_FALSE(matches("alice", "malice"));
    EXPECT_FALSE(matches("alice", "Alice"));
    EXPECT_FALSE(matches("alice", ""));
    EXPECT_TRUE(matches("", ""));
}

TEST(Wildcard, AStarIsAnything)
{
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("*", "alice"));
    EXPECT_TRUE(matches("a*e", "ae"));
    EXPECT_TRUE(matches("a*e", "alicee"));
    EXPECT_FALSE(matches("a*e", "alic"));
    EXPECT_TRUE(matches("*l*i*", "alice"));
    EXPECT_TRUE(matches("al**", "al"));
    EXPECT_FALSE(matches("*x", "alice"));
}

TEST(Wildcard, AQuestionMarkIsOneCharacterOfAnyScript)
{
    EXPECT_TRUE(matches("?lice", "alice"));
    EXPECT_FALSE(matches("?alice", "alice"));
    EXPECT_TRUE(matches("?sa ?", "Åsa 李"));
    EXPECT_FALSE(matches("??sa", "Åsa"));
    EXPECT_TRUE(matches("*?", "a"));
    EXPECT_FALSE(matches("*?", ""));
}

TEST(Wildcard, StarsOfTheTextAreNone)
{
    EXPECT_TRUE(matches("a?b", "a*b"));
    EXPECT_FALSE(wildcard_matches("a*b", "axb"));
    EXPECT_TRUE(wildcard_matches("a*b", "a*b"));
}

TEST(Wildcard, ManyStarsTakeNoTime)
{
    std::string pattern;
    for (int i = 0; i < 300; ++i) {
        pattern += "*a";
    }
    const std::string text(1000, 'a');
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(wildcard_matches(to_wildcard(pattern + "b"), text));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{500});
}

} // namespace
} // namespace gds
