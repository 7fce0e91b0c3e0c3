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

// A busy machine makes it late, not early.
template <typename Condition>
bool eventually(Condition holds)
{
    bool over = false;
    const Source end = call_after(5s, [&] { over = true; });
    while (!holds() && !over) {
        g_main_context_iteration(nullptr, TRUE);
    }
    return holds();
}

TEST(ExitWhenIdle, LeavesOnceAfterItsPatience)
{
    int left = 0;
    const auto begun = std::chrono::steady_clock::now();
    ExitWhenIdle idle{[&] { ++left; }, 20ms};
    EXPECT_TRUE(eventually([&] { return left > 0; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 19ms);
    run_for(30ms);
    EXPECT_EQ(left, 1);
}

TEST(ExitWhenIdle, StaysWhileBusy)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 10ms};
    idle.set_busy(true);
    run_for(20ms);
    idle.touch();
    run_for(20ms);
    EXPECT_EQ(left, 0);
    idle.set_busy(false);
    EXPECT_TRUE(eventually([&] { return left > 0; }));
}

TEST(ExitWhenIdle, AQuestionStartsTheTimeAgain)
{
    int left = 0;
    ExitWhenIdle idle{[&] { ++left; }, 50ms};
    run_for(10ms);
    const auto touched = std::chrono::steady_clock::now();
    idle.touch();
    EXPECT_TRUE(eventually([&] { return left > 0; }));
    EXPECT_GE(std::chrono::steady_clock::now() - touched, 49ms);
}

} // namespace
} // namespace gds
