// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/secret_string.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

// What was wiped in this program, in order.
std::vector<std::string> wiped;

} // namespace

// In place of the library's, which nobody could watch.
extern "C" void explicit_bzero(void* octets, size_t size) noexcept
{
    wiped.emplace_back(static_cast<const char*>(octets), size);
    auto* const each = static_cast<volatile char*>(octets);
    for (size_t i = 0; i < size; ++i) {
        each[i] = 0;
    }
}

// What a call of it is with _FORTIFY_SOURCE.
extern "C" void __explicit_bzero_chk(void* octets, size_t size, size_t room) noexcept; // NOLINT
extern "C" void __explicit_bzero_chk(void* octets, size_t size, size_t /*room*/) noexcept // NOLINT
{
    explicit_bzero(octets, size);
}

namespace gds {

using Wiped = std::vector<std::string>;

TEST(SecretString, IsWipedWhenItGoes)
{
    wiped.clear();
    {
        const SecretString secret{std::string_view{"wonderland"}};
        EXPECT_EQ(secret.view(), "wonderland");
    }
    EXPECT_EQ(wiped, Wiped{"wonderland"});
}

TEST(SecretString, IsWipedWhenItIsReplaced)
{
    SecretString secret{std::string_view{"first"}};
    wiped.clear();
    secret = SecretString{std::string_view{"second"}};
    EXPECT_EQ(wiped, Wiped{"first"});
    secret.reset();
    EXPECT_EQ(wiped, (Wiped{"first", "second"}));
    EXPECT_TRUE(secret.empty());
}

TEST(SecretString, LeavesNothingWhereItWasMovedFrom)
{
    SecretString one{std::string_view{"secret"}};
    wiped.clear();
    {
        const SecretString other{std::move(one)};
        EXPECT_EQ(other.view(), "secret");
    }
    EXPECT_EQ(wiped, Wiped{"secret"});
}

TEST(SecretString, WipesOrdinaryTextToo)
{
    wiped.clear();
    std::string text = "a verifier";
    wipe(text);
    EXPECT_EQ(wiped, Wiped{"a verifier"});
    EXPECT_TRUE(text.empty());
}

TEST(SecretString, IsComparedWhole)
{
    const SecretString secret{std::string_view{"se\0cret", 7}};
    EXPECT_TRUE(secret.equals(as_bytes(std::string_view{"se\0cret", 7})));
    for (const std::string_view other : {std::string_view{"se"}, std::string_view{"se\0creT", 7},
                                         std::string_view{"se\0cret\0", 8}, std::string_view{}}) {
        EXPECT_FALSE(secret.equals(as_bytes(other)));
    }
}

} // namespace gds
