// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/lossy_areas.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

const LossyAreas::Time k_start{1h};

TEST(LossyAreas, HaveTheirAge)
{
    LossyAreas lossy;
    EXPECT_TRUE(lossy.empty());
    lossy.sent_with_loss({0, 0, 10, 10}, k_start);
    lossy.sent_with_loss({20, 0, 10, 10}, k_start + 100ms);
    EXPECT_TRUE(lossy.since(k_start - 1ms).empty());
    EXPECT_EQ(lossy.since(k_start), Region(Rect{0, 0, 10, 10}));
    EXPECT_EQ(lossy.since(k_start + 100ms).area(), 200);
    EXPECT_EQ(lossy.next_after(k_start - 1ms), k_start);
    EXPECT_EQ(lossy.next_after(k_start), k_start + 100ms);
}

TEST(LossyAreas, WhatIsSentAgainIsYoung)
{
    LossyAreas lossy;
    lossy.sent_with_loss({0, 0, 10, 10}, k_start);
    lossy.sent_with_loss({5, 0, 10, 10}, k_start + 100ms);
    EXPECT_EQ(lossy.since(k_start), Region(Rect{0, 0, 5, 10}));
    lossy.sent_without_loss({0, 0, 100, 100});
    EXPECT_TRUE(lossy.empty());
    EXPECT_FALSE(lossy.next_after(k_start - 1ms));
}

TEST(LossyAreas, MoveWithACopy)
{
    LossyAreas lossy;
    lossy.sent_with_loss({0, 0, 10, 10}, k_start);
    lossy.copied({0, 5, 20, 20}, {0, 5});
    // it stays where it was, but for what came over it
    EXPECT_EQ(lossy.since(k_start), Region(Rect{0, 0, 10, 15}));
    lossy.copied({0, 0, 10, 15}, {100, 0}); // from where there is no loss
    EXPECT_TRUE(lossy.empty());
}

TEST(LossyAreas, ForgetWhatIsOwedOrGone)
{
    LossyAreas lossy;
    lossy.sent_with_loss({0, 0, 100, 100}, k_start);
    lossy.forget(Rect{0, 0, 100, 50});
    lossy.keep_within({60, 60});
    EXPECT_EQ(lossy.since(k_start), Region(Rect{0, 50, 60, 10}));
}

TEST(LossyAreas, KeepFewAges)
{
    LossyAreas lossy;
    for (int i = 0; i < 1000; ++i) {
        lossy.sent_with_loss({i * 10, 0, 10, 10}, k_start + i * 100ms);
    }
    EXPECT_EQ(lossy.since(k_start + 1h).area(), 100'000);
    // The last ones together are as old as the youngest of them.
    EXPECT_LT(lossy.since(k_start + 1000 * 100ms - 101ms).area(), 2'000);
}

} // namespace
} // namespace gds
