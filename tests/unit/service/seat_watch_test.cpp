// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/seat_watch.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

TEST(SeatWatch, WhoIsNotOnHisScreenIsAway)
{
    EXPECT_FALSE(is_away({true, "wayland", "seat0"}));
    EXPECT_TRUE(is_away({false, "wayland", "seat0"}));
    EXPECT_TRUE(is_away({false, "x11", "seat0"}));
}

TEST(SeatWatch, WithoutAScreenNobodyIsAway)
{
    EXPECT_FALSE(is_away({false, "wayland", ""}));
    EXPECT_FALSE(is_away({false, "tty", "seat0"}));
    EXPECT_FALSE(is_away({false, "unspecified", "seat0"}));
    EXPECT_FALSE(is_away({}));
}

} // namespace
} // namespace gds
