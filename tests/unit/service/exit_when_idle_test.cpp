// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/exit_when_idle.h"

#include "fakes/main_loop.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using test::spin_for;
using test::spin_until;

TEST(ExitWhenIdle, LeavesOnceAfterItsPatience)
{
    int left = 0;
    const auto begun = std::chrono::steady_clock::now();
    ExitWhenIdle idle{[&] { ++left; }, 20ms};
    EXPECT_TRUE(spin_until([&] { return left > 0; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 19ms);
    spin_for(30ms);
    EXPECT_EQ(left, 1);
}

TEST(ExitWhenIdle, StaysWhileBusy)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 10ms};
    idle.set_busy(true);
    spin_for(20ms);
    idle.touch();
    spin_for(20ms);
    EXPECT_EQ(left, 0);
    idle.set_busy(false);
    EXPECT_TRUE(spin_until([&] { return left > 0; }));
}

TEST(ExitWhenIdle, AQuestionStartsTheTimeAgain)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 50ms};
    spin_for(10ms);
    const auto touched = std::chrono::steady_clock::now();
    idle.touch();
    EXPECT_TRUE(spin_until([&] { return left > 0; }));
    EXPECT_GE(std::chrono::steady_clock::now() - touched, 49ms);
}

} // namespace
} // namespace gds
