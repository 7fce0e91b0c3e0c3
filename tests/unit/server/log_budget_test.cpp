// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/log_budget.h"

#include <gtest/gtest.h>

using namespace gds;

namespace {

const LogBudget::Time k_start{std::chrono::hours{1}};

} // namespace

TEST(LogBudget, a_source_has_so_many_lines_a_minute)
{
    LogBudget budget;
    for (std::size_t i = 0; i < LogBudget::k_lines; ++i) {
        EXPECT_TRUE(budget.may_log("noisy", k_start));
    }
    EXPECT_FALSE(budget.may_log("noisy", k_start));
    EXPECT_TRUE(budget.may_log("other", k_start));
    EXPECT_TRUE(budget.may_log("noisy", k_start + LogBudget::k_period));
}

TEST(LogBudget, many_sources_together_are_bounded_too)
{
    LogBudget budget;
    std::size_t lines = 0;
    for (int source = 0; source < 100'000; ++source) {
        lines += budget.may_log(std::to_string(source), k_start) ? 1 : 0;
    }
    EXPECT_EQ(lines, LogBudget::k_sources);
}

TEST(LogBudget, the_first_that_is_left_out_is_worth_saying_once)
{
    LogBudget budget{2};
    using enum LogBudget::Verdict;
    for (const auto expected : {write, write, first_left_out, left_out, left_out}) {
        EXPECT_EQ(budget.judge("noisy", k_start), expected);
    }
    EXPECT_EQ(budget.judge("noisy", k_start + LogBudget::k_period), write);
}
