// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/frame_rate_meter.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

TEST(FrameRateMeter, IsTheAverageOfTheLastSeconds)
{
    FrameRateMeter rate;
    const FrameRateMeter::Clock::time_point start{};
    EXPECT_EQ(rate.per_second(), 0);
    rate.sample(100, start);
    EXPECT_EQ(rate.per_second(), 0);
    rate.sample(130, start + 1s);
    EXPECT_DOUBLE_EQ(rate.per_second(), 30);
    for (int second = 2; second <= 20; ++second) {
        rate.sample(130, start + std::chrono::seconds{second});
    }
    EXPECT_EQ(rate.per_second(), 0);
    for (int second = 21; second <= 40; ++second) {
        rate.sample(130 + static_cast<std::uint64_t>(second - 20) * 60,
                    start + std::chrono::seconds{second});
    }
    EXPECT_DOUBLE_EQ(rate.per_second(), 60);
}

TEST(FrameRateMeter, ARestInWhichNobodyLookedDoesNotCount)
{
    FrameRateMeter rate;
    const FrameRateMeter::Clock::time_point start{};
    rate.sample(100, start);
    rate.sample(100, start + 1s);
    rate.sample(101, start + 61s);
    EXPECT_EQ(rate.per_second(), 0);
    rate.sample(131, start + 62s);
    EXPECT_DOUBLE_EQ(rate.per_second(), 30);
}

TEST(FrameRateMeter, ATimeThatStandsStillIsNoDivisionByZero)
{
    FrameRateMeter rate;
    rate.sample(1, {});
    rate.sample(2, {});
    EXPECT_EQ(rate.per_second(), 0);
}

} // namespace
} // namespace gds
