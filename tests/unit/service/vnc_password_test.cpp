// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/vnc_password.h"

#include <gtest/gtest.h>

namespace gds {

TEST(VncPassword, HasOneToEightOctets)
{
    EXPECT_EQ(vnc_password_complaint("x"), "");
    EXPECT_EQ(vnc_password_complaint("12345678"), "");
    EXPECT_EQ(vnc_password_complaint("p\xc3\xa4sswrt"), "");
    EXPECT_NE(vnc_password_complaint("").find("empty"), std::string::npos);
    EXPECT_NE(vnc_password_complaint("123456789").find("at most 8"), std::string::npos);
    EXPECT_NE(vnc_password_complaint("p\xc3\xa4ssword").find("at most 8"), std::string::npos);
    EXPECT_NE(vnc_password_complaint(std::string_view{"a\0b", 3}), "");
    EXPECT_NE(vnc_password_complaint("\xff"), "");
}

} // namespace gds
