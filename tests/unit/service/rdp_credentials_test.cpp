// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/rdp_credentials.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

TEST(RdpCredentials, AreReadAsGnomeSettingsWritesThem)
{
    const auto found = parse_rdp_credentials("{'username': <'alice'>, 'password': <'Secret-123'>}");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, "alice");
    EXPECT_EQ(found->password.view(), "Secret-123");
    EXPECT_EQ(rdp_credentials_complaint(*found), "");
}

TEST(RdpCredentials, QuotesAndOtherOctetsAreThoseOfGVariant)
{
    const auto found = parse_rdp_credentials(
        "{'password': <\"it's \\\"that\\\" \\\\ \\u00e9\">, 'username': <'bob'>}");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->password.view(), "it's \"that\" \\ \u00e9");
}

TEST(RdpCredentials, AnEmptyPasswordLetsNobodyIn)
{
    const auto found = parse_rdp_credentials("{'username': <'alice'>, 'password': <''>}");
    ASSERT_TRUE(found);
    EXPECT_NE(rdp_credentials_complaint(*found).find("empty"), std::string::npos);
}

TEST(RdpCredentials, ANameThatWeWouldNotTakeIsNamed)
{
    for (const char* name : {"", "alice@EXAMPLE.ORG", "a:b", "a\\nb", " alice"}) {
        const auto found = parse_rdp_credentials(std::string{"{'username': <'"} + name +
                                                 "'>, 'password': <'secret'>}");
        ASSERT_TRUE(found) << name;
        EXPECT_FALSE(rdp_credentials_complaint(*found).empty()) << name;
    }
}

TEST(RdpCredentials, WhatMakesNoSenseIsNone)
{
    for (const std::string text :
         {"", "secret", "'secret'", "{'username': <'alice'>}", "{'password': <'secret'>}",
          "{'username': <1>, 'password': <'secret'>}", "{'username': 'a', 'password': 'b'}",
          "{'username': <'alice'>, 'password': <'secret'>", "@a{sv} {}"}) {
        EXPECT_FALSE(parse_rdp_credentials(text)) << text;
    }
    EXPECT_FALSE(parse_rdp_credentials(std::string(100'000, '(')));
    EXPECT_FALSE(
        parse_rdp_credentials(std::string_view{"{'username': <'a'>, 'password': <'b'>}\0", 39}));
}

} // namespace
} // namespace gds
