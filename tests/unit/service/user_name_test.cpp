// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/user_name.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

TEST(UserName, OrdinaryNamesAreGood)
{
    for (const char* name :
         {"alice", "a", "Jürgen", "o'brien", "first last", "日本", "a-b_c.d+e"}) {
        EXPECT_EQ(user_name_complaint(name), "") << name;
    }
    EXPECT_EQ(user_name_complaint(std::string(128, 'a')), "");
}

TEST(UserName, OthersAreRefused)
{
    EXPECT_NE(user_name_complaint(""), "");
    EXPECT_NE(user_name_complaint(std::string(129, 'a')), "");
    EXPECT_NE(user_name_complaint(std::string_view{"a\0b", 3}), "");
    for (const char* name : {"a\nb", "a\x7f", "a:b", "a@REALM", " a", "a ", "\xff", "a\xc3",
                             "a\xe2\x80\xae"
                             "b",
                             "a\xe2\x80\xa8"
                             "b",
                             "\xc2\x85"}) {
        EXPECT_NE(user_name_complaint(name), "") << name;
    }
}

} // namespace
} // namespace gds
