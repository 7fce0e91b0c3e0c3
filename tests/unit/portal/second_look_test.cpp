// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/second_look.h"

#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace gds {

using namespace std::chrono_literals;
using test::spin_until;

namespace {

class SecondLookTest : public testing::Test {
protected:
    static constexpr auto k_never = std::chrono::milliseconds{60'000};

    void begin(SecondLook::Timing timing)
    {
        SecondLook::Events events;
        events.set_active = [this](bool active) { calls.push_back(active); };
        events.on_starved = [this] { ++starved; };
        look = std::make_unique<SecondLook>(std::move(events), timing);
        look->begin();
    }
    bool looked(std::size_t times)
    {
        return spin_until([&] { return calls.size() >= 2 * times; }, 2s);
    }
    void pass(std::chrono::milliseconds time)
    {
        spin_until([] { return false; }, time);
    }

    std::vector<bool> calls;
    int starved = 0;
    std::unique_ptr<SecondLook> look;
};

} // namespace

TEST_F(SecondLookTest, LooksSoonAfterTheBegin)
{
    begin({5ms, 20ms, k_never, 1ms, 50ms, 1ms});
    EXPECT_TRUE(looked(1));
    EXPECT_EQ(calls, (std::vector<bool>{false, true}));
}

TEST_F(SecondLookTest, LooksAfterThePicturesCameToRest)
{
    // Where the machine stands still for so long, so did the pictures: that is tried again.
    bool in_motion = false;
    for (int tries = 0; tries < 50 && !in_motion; ++tries) {
        calls.clear();
        begin({5ms, 45ms, k_never, 1ms, 1ms, 1ms});
        ASSERT_TRUE(looked(1));
        pass(5ms);
        in_motion = true;
        for (int i = 0; i < 5; ++i) {
            const auto came = std::chrono::steady_clock::now();
            look->picture_came();
            pass(15ms);
            in_motion = in_motion && std::chrono::steady_clock::now() - came < 40ms;
        }
    }
    ASSERT_TRUE(in_motion) << "this machine never runs for 40 ms";
    EXPECT_EQ(calls.size(), 2U) << "in the middle of motion";
    EXPECT_TRUE(looked(2));
}

TEST_F(SecondLookTest, WhatThePauseBroughtIsNoNews)
{
    begin({5ms, 10ms, k_never, 1ms, 500ms, 1ms});
    ASSERT_TRUE(looked(1));
    look->picture_came();
    pass(40ms);
    EXPECT_EQ(calls.size(), 2U);
    look->picture_came(); // but the next one is
    EXPECT_TRUE(looked(2));
}

TEST_F(SecondLookTest, LooksNowAndThenWhileNothingComes)
{
    begin({5ms, 10ms, 20ms, 1ms, 1ms, 1ms});
    EXPECT_TRUE(looked(3));
}

TEST_F(SecondLookTest, APictureSoonAfterTheLookIsFollowedByOne)
{
    begin({5ms, 20ms, k_never, 1ms, 0ms, 50ms});
    ASSERT_TRUE(looked(1));
    look->picture_came();
    EXPECT_TRUE(looked(2));
}

TEST_F(SecondLookTest, PointersWithoutAPictureAreStarvation)
{
    begin({5ms, 20ms, k_never, 1ms, 0ms, 30ms});
    ASSERT_TRUE(spin_until(
        [&] {
            look->pointers_came(100);
            return starved > 0;
        },
        5s));
    EXPECT_EQ(calls.size(), 4U) << "one picture may be lost";
    pass(50ms);
    EXPECT_EQ(calls.size(), 4U);
    EXPECT_EQ(starved, 1);
}

TEST_F(SecondLookTest, APointerThatMovesOverAScreenAtRestIsNot)
{
    begin({5ms, 20ms, 40ms, 1ms, 1ms, 20ms});
    std::size_t seen = 0;
    ASSERT_TRUE(spin_until(
        [&] {
            if (calls.size() != std::exchange(seen, calls.size()) && calls.back()) {
                look->picture_came();
            }
            look->pointers_came(10);
            return calls.size() >= 8;
        },
        5s));
    EXPECT_EQ(starved, 0);
}

} // namespace gds
