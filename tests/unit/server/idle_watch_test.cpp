// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/idle_watch.h"

#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

class Watched : public testing::Test {
protected:
    bool called_within(std::chrono::milliseconds limit)
    {
        return test::spin_until([this] { return calls > 0; }, limit);
    }
    int calls = 0;
    IdleWatch watch{[this] { ++calls; }};
};

TEST_F(Watched, CallsOnceWhenNothingHappens)
{
    watch.set_limit(20ms);
    EXPECT_TRUE(called_within(5s));
    EXPECT_FALSE(test::spin_until([this] { return calls > 1; }, 40ms));
}

TEST_F(Watched, CountsFromTheLastTouch)
{
    watch.set_limit(60ms);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(called_within(30ms));
    watch.touch();
    EXPECT_TRUE(called_within(5s));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 90ms);
}

TEST_F(Watched, ZeroIsNever)
{
    EXPECT_FALSE(called_within(10ms));
    watch.set_limit(10ms);
    watch.set_limit(0ms);
    EXPECT_FALSE(called_within(30ms));
}

TEST_F(Watched, TimeBeforeTheLimitCounts)
{
    EXPECT_FALSE(called_within(30ms));
    const auto began = std::chrono::steady_clock::now();
    watch.set_limit(25ms);
    EXPECT_TRUE(called_within(5s));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

} // namespace
} // namespace gds
