// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/admission.h"

#include <gtest/gtest.h>

using namespace gds;
using namespace std::chrono_literals;

namespace {

const Admission::Time k_start{std::chrono::hours{1}};

std::size_t always_zero(std::size_t) { return 0; }
std::size_t always_last(std::size_t bound) { return bound - 1; }

void wrong(Admission& admission, const std::string& source, Admission::Time now)
{
    ASSERT_TRUE(admission.begin_judging(source, now));
    admission.judged_wrong(source, now);
}

} // namespace

TEST(Admission, the_eleventh_silent_connection_of_a_source_costs_its_oldest_its_place)
{
    Admission admission{{}, always_last};
    for (Admission::Id id = 1; id <= 10; ++id) {
        EXPECT_TRUE(admission.enter(id, "192.0.2.1", k_start).dropped.empty());
    }
    const auto verdict = admission.enter(11, "192.0.2.1", k_start);
    EXPECT_TRUE(verdict.accepted);
    EXPECT_EQ(verdict.dropped, std::vector<Admission::Id>{1});
    EXPECT_EQ(admission.unauthenticated(), 10U);
}

TEST(Admission, who_is_called_is_counted_and_costs_nobody_his_place)
{
    Admission admission{{}, always_last};
    for (Admission::Id id = 1; id <= 9; ++id) {
        admission.enter(id, "192.0.2.1", k_start);
    }
    EXPECT_TRUE(admission.enter_called(10, "192.0.2.1", k_start).accepted);
    const auto one_more = admission.enter_called(11, "192.0.2.1", k_start);
    EXPECT_FALSE(one_more.accepted);
    EXPECT_NE(one_more.reason, "");
    EXPECT_EQ(admission.unauthenticated(), 10U);
    admission.leave(10);
    EXPECT_TRUE(admission.enter_called(12, "192.0.2.1", k_start).accepted);
    for (Admission::Id id = 20; admission.unauthenticated() < 100; ++id) {
        admission.enter_called(id, "192.0.2." + std::to_string(id), k_start);
    }
    EXPECT_FALSE(admission.enter_called(200, "192.0.2.200", k_start).accepted);
    EXPECT_EQ(admission.unauthenticated(), 100U);
}

TEST(Admission, who_guessed_is_not_called)
{
    Admission admission{{}, always_last};
    for (int i = 0; i < 5; ++i) {
        wrong(admission, "192.0.2.1", k_start);
    }
    EXPECT_FALSE(admission.enter_called(1, "192.0.2.1", k_start + 1s).accepted);
    EXPECT_TRUE(admission.enter_called(1, "192.0.2.1", k_start + 11s).accepted);
}

TEST(Admission, an_honest_source_keeps_its_place_in_a_flood)
{
    Admission admission{{}, always_zero};
    admission.enter(1, "honest", k_start);
    for (Admission::Id id = 2; id < 500; ++id) {
        const auto verdict = admission.enter(id, "flood" + std::to_string(id % 20), k_start);
        EXPECT_TRUE(verdict.accepted);
        for (const auto dropped : verdict.dropped) {
            EXPECT_NE(dropped, 1U);
        }
    }
    EXPECT_LE(admission.unauthenticated(), 100U);
}

TEST(Admission, the_total_is_capped_whatever_the_sources)
{
    Admission admission{{}, always_last};
    for (Admission::Id id = 1; id <= 1000; ++id) {
        admission.enter(id, "source" + std::to_string(id), k_start);
        EXPECT_LE(admission.unauthenticated(), 100U);
    }
}

TEST(Admission, leaving_frees_the_place_once)
{
    Admission admission{{}, always_last};
    admission.enter(1, "a", k_start);
    admission.leave(1);
    admission.leave(1);
    EXPECT_EQ(admission.unauthenticated(), 0U);
}

TEST(Admission, five_wrong_secrets_pause_the_source_and_nobody_else)
{
    Admission admission;
    for (int i = 0; i < 5; ++i) {
        wrong(admission, "guesser", k_start);
    }
    EXPECT_FALSE(admission.enter(1, "guesser", k_start + 9s).accepted);
    EXPECT_FALSE(admission.begin_judging("guesser", k_start + 9s));
    EXPECT_TRUE(admission.enter(2, "other", k_start + 9s).accepted);
    EXPECT_TRUE(admission.enter(3, "guesser", k_start + 10s).accepted);
}

TEST(Admission, the_pause_doubles_up_to_ten_minutes_and_decays)
{
    Admission admission;
    auto now = k_start;
    std::chrono::seconds pause{10};
    for (int round = 0; round < 9; ++round) {
        for (int i = 0; i < 5; ++i) {
            wrong(admission, "g", now);
        }
        EXPECT_FALSE(admission.enter(1, "g", now + pause - 1s).accepted);
        now += pause;
        EXPECT_TRUE(admission.enter(1, "g", now).accepted);
        admission.leave(1);
        pause = std::min(pause * 2, std::chrono::seconds{600});
    }
    now += 600s * 20;
    for (int i = 0; i < 5; ++i) {
        wrong(admission, "g", now);
    }
    EXPECT_TRUE(admission.enter(1, "g", now + 10s).accepted);
}

TEST(Admission, parallel_attempts_share_one_budget)
{
    Admission admission;
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(admission.begin_judging("g", k_start));
    }
    EXPECT_FALSE(admission.begin_judging("g", k_start));
    admission.not_judged("g");
    EXPECT_TRUE(admission.begin_judging("g", k_start));
}

TEST(Admission, a_success_does_not_refill_the_budget)
{
    Admission admission;
    for (int i = 0; i < 4; ++i) {
        wrong(admission, "g", k_start);
    }
    EXPECT_TRUE(admission.begin_judging("g", k_start));
    admission.judged_right("g");
    wrong(admission, "g", k_start);
    EXPECT_FALSE(admission.begin_judging("g", k_start));
}

TEST(Admission, slow_wrongs_are_forgotten)
{
    Admission admission;
    for (int i = 0; i < 20; ++i) {
        wrong(admission, "typist", k_start + i * 5s);
    }
    EXPECT_TRUE(admission.enter(1, "typist", k_start + 100s).accepted);
}

TEST(Admission, the_table_of_sources_is_bounded_and_forgets_the_oldest)
{
    AdmissionLimits limits;
    limits.sources = 100;
    Admission admission{limits};
    for (int i = 0; i < 1000; ++i) {
        wrong(admission, "s" + std::to_string(i), k_start + std::chrono::milliseconds{i});
    }
    EXPECT_EQ(admission.known_sources(), 100U);
}
