// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/second_look.h"

#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

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
        look =
            std::make_unique<SecondLook>([this](bool active) { calls.push_back(active); }, timing);
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
    std::unique_ptr<SecondLook> look;
};

} // namespace

TEST_F(SecondLookTest, LooksSoonAfterTheBegin)
{
    begin({5ms, 20ms, k_never, 1ms, 50ms});
    EXPECT_TRUE(looked(1));
    EXPECT_EQ(calls, (std::vector<bool>{false, true}));
}

TEST_F(SecondLookTest, LooksAfterThePicturesCameToRest)
{
    begin({5ms, 60ms, k_never, 1ms, 1ms});
    ASSERT_TRUE(looked(1));
    pass(5ms);
    for (int i = 0; i < 10; ++i) {
        look->picture_came();
        pass(20ms);
    }
    EXPECT_EQ(calls.size(), 2U) << "in the middle of motion";
    EXPECT_TRUE(looked(2));
}

TEST_F(SecondLookTest, WhatThePauseBroughtIsNoNews)
{
    begin({5ms, 10ms, k_never, 1ms, 500ms});
    ASSERT_TRUE(looked(1));
    look->picture_came();
    pass(100ms);
    EXPECT_EQ(calls.size(), 2U);
    look->picture_came(); // but the next one is
    EXPECT_TRUE(looked(2));
}

TEST_F(SecondLookTest, LooksNowAndThenWhileNothingComes)
{
    begin({5ms, 10ms, 20ms, 1ms, 1ms});
    EXPECT_TRUE(looked(3));
}

} // namespace gds
