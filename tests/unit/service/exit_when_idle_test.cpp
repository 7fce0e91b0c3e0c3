// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/exit_when_idle.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

void run_for(std::chrono::milliseconds time)
{
    bool over = false;
    const Source end = call_after(time, [&] { over = true; });
    while (!over) {
        g_main_context_iteration(nullptr, TRUE);
    }
}

TEST(ExitWhenIdle, LeavesOnceAfterItsPatience)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 20ms};
    run_for(10ms);
    EXPECT_EQ(left, 0);
    run_for(40ms);
    EXPECT_EQ(left, 1);
}

TEST(ExitWhenIdle, StaysWhileBusy)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 20ms};
    idle.set_busy(true);
    run_for(50ms);
    idle.touch();
    run_for(30ms);
    EXPECT_EQ(left, 0);
    idle.set_busy(false);
    run_for(50ms);
    EXPECT_EQ(left, 1);
}

TEST(ExitWhenIdle, AQuestionStartsTheTimeAgain)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 100ms};
    run_for(70ms);
    idle.touch();
    run_for(60ms);
    EXPECT_EQ(left, 0);
    run_for(100ms);
    EXPECT_EQ(left, 1);
}

} // namespace
} // namespace gds
