// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/size_wish.h"

#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

#include <vector>

namespace gds {

using namespace std::chrono_literals;
using test::spin_until;

namespace {

constexpr Size k_first{100, 10};
constexpr Size k_second{200, 20};
constexpr Size k_third{300, 30};

class SizeWishTest : public testing::Test {
protected:
    std::vector<Size> asked;
    SizeWish wish{[this](Size size) { asked.push_back(size); }, {5ms, 50ms}};

    bool asks(std::vector<Size> sizes)
    {
        return spin_until([&] { return asked == sizes; }, 2s);
    }
    void pass(std::chrono::milliseconds time)
    {
        spin_until([] { return false; }, time);
    }
};

} // namespace

TEST_F(SizeWishTest, WhileOneIsUnderWayTheNewestWaits)
{
    wish.came(k_third);
    wish.wish(k_first);
    wish.wish(k_second);
    wish.wish(k_third);
    wish.wish(k_second);
    EXPECT_EQ(asked, (std::vector<Size>{k_first}));
    wish.came(k_first);
    EXPECT_TRUE(asks({k_first, k_second}));
    wish.came(k_second);
    pass(70ms);
    EXPECT_EQ(asked.size(), 2U);
}

TEST_F(SizeWishTest, BackToTheOldSizeIsASizeToo)
{
    wish.came(k_first);
    wish.wish(k_second);
    wish.wish(k_first);
    wish.came(k_second);
    EXPECT_TRUE(asks({k_second, k_first}));
}

TEST_F(SizeWishTest, WhatIsThereIsNotAskedFor)
{
    wish.came(k_first);
    wish.wish(k_first);
    EXPECT_TRUE(asked.empty());
    wish.wish(k_second);
    EXPECT_EQ(asked, (std::vector<Size>{k_second}));
}

TEST_F(SizeWishTest, WhatDoesNotComeIsAskedForAgain)
{
    wish.wish(k_first);
    EXPECT_TRUE(asks({k_first, k_first}));
    wish.wish(k_second); // meanwhile
    wish.came(k_third); // for another reason
    EXPECT_TRUE(asks({k_first, k_first, k_second}));
    wish.came(k_second);
    pass(70ms);
    EXPECT_EQ(asked.size(), 3U);
}

TEST_F(SizeWishTest, ASourceThatDoesNotFollowIsLeftAloneUntilTheNextWish)
{
    wish.wish(k_first);
    const std::vector<Size> four(4, k_first);
    EXPECT_TRUE(asks(four));
    pass(70ms);
    EXPECT_EQ(asked, four);
    wish.wish(k_second);
    EXPECT_EQ(asked.back(), k_second);
}

} // namespace gds
