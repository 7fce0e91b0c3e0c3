// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/client_input.h"

#include "fakes/fake_session_host.h"
#include "rfb/qnum_to_evdev.h"

#include <gtest/gtest.h>

#include <linux/input-event-codes.h>

namespace gds::test {
namespace {

constexpr auto k_down = KeyState::pressed;
constexpr auto k_up = KeyState::released;
using Events = std::vector<std::string>;

struct ClientInputTest : ::testing::Test {
    FakeSessionHost host{{100, 80}};
    ClientInput input{host};
};

TEST(QnumToEvdev, KnowsPlainPrefixedAndOddKeys)
{
    EXPECT_EQ(qnum_to_evdev(0x1e), KEY_A);
    EXPECT_EQ(qnum_to_evdev(0x56), KEY_102ND);
    EXPECT_EQ(qnum_to_evdev(0x57), KEY_F11);
    EXPECT_EQ(qnum_to_evdev(0xcd), KEY_RIGHT);
    EXPECT_EQ(qnum_to_evdev(0x9d), KEY_RIGHTCTRL);
    EXPECT_EQ(qnum_to_evdev(0xdb), KEY_LEFTMETA);
    EXPECT_EQ(qnum_to_evdev(0x54), KEY_SYSRQ);
    EXPECT_EQ(qnum_to_evdev(0xb7), KEY_SYSRQ);
    EXPECT_EQ(qnum_to_evdev(0xc6), KEY_PAUSE);
    EXPECT_EQ(qnum_to_evdev(0), 0U);
    EXPECT_EQ(qnum_to_evdev(0xff), 0U);
    EXPECT_EQ(qnum_to_evdev(0x11e), 0U);
    EXPECT_EQ(qnum_to_evdev(0xffffffff), 0U);
}

TEST_F(ClientInputTest, KeycodesBeforeKeysyms)
{
    input.extended_key_event(0x61, 0x1e, k_down);
    input.extended_key_event(0x61, 0x1e, k_up);
    input.extended_key_event(0x61, 0xff, k_down); // no such key
    input.key_event(0x61, k_up);
    EXPECT_EQ(host.sink.events,
              (Events{"code 30 down", "code 30 up", "sym 0x61 down", "sym 0x61 up"}));
}

TEST_F(ClientInputTest, AHeldKeyIsPressedOnceAndOnlyHeldKeysAreReleased)
{
    input.key_event(0x61, k_down);
    input.key_event(0x61, k_down);
    input.key_event(0x62, k_up);
    input.key_event(0x61, k_up);
    input.key_event(0x61, k_up);
    EXPECT_EQ(host.sink.events, (Events{"sym 0x61 down", "sym 0x61 up"}));
}

TEST_F(ClientInputTest, WhatTheDesktopDidNotTakeIsNotHeldAndMayBePressedAgain)
{
    const auto press_all = [this] {
        input.key_event(0x61, k_down);
        input.extended_key_event(0x62, 0x1e, k_down);
        input.pointer_event({3, 4}, 1);
    };
    host.sink.takes_presses = false;
    press_all();
    input.key_event(0x61, k_up);
    input.extended_key_event(0x62, 0x1e, k_up);
    input.release_all();
    EXPECT_EQ(host.sink.take_events(), Events{"move 3,4"});
    press_all();
    host.sink.takes_presses = true;
    press_all();
    EXPECT_EQ(host.sink.take_events(), (Events{"move 3,4", "sym 0x61 down", "code 30 down",
                                               "move 3,4", "button 0x110 down"}));
    input.release_all();
    EXPECT_EQ(host.sink.held(), 0U);
}

TEST_F(ClientInputTest, ALetterIsReleasedThoughShiftChangedMeanwhile)
{
    input.key_event('A', k_down);
    input.key_event('a', k_up);
    input.key_event(0xe9, k_down);
    input.key_event(0xc9, k_up);
    EXPECT_EQ(host.sink.held(), 0U);
    input.key_event(0xffe1, k_down);
    input.key_event(0xffc1, k_up); // no letter: F4 is not Shift in another case
    EXPECT_EQ(host.sink.held(), 1U);
}

TEST_F(ClientInputTest, StrangeKeysyms)
{
    input.key_event(0, k_down);
    input.key_event(0xffffffff, k_down);
    EXPECT_TRUE(host.sink.events.empty());
    input.key_event(0xfe20, k_down); // ISO Left Tab
    input.key_event(0xfe20, k_up);
    EXPECT_EQ(host.sink.events, (Events{"sym 0xff09 down", "sym 0xff09 up"}));
}

TEST_F(ClientInputTest, NobodyHoldsAThousandKeys)
{
    for (std::uint32_t keysym = 1; keysym <= 1000; ++keysym) {
        input.key_event(keysym, k_down);
    }
    EXPECT_LE(host.sink.held(), 64U);
}

TEST_F(ClientInputTest, ButtonsAndWheel)
{
    input.pointer_event({5, 6}, 0x1);
    input.pointer_event({5, 6}, 0x6);
    input.pointer_event({5, 6}, 0x0);
    EXPECT_EQ(
        host.sink.take_events(),
        (Events{"move 5,6", "button 0x110 down", "move 5,6", "button 0x110 up", "button 0x112 down",
                "button 0x111 down", "move 5,6", "button 0x112 up", "button 0x111 up"}));
    for (const unsigned bit : {3U, 4U, 5U, 6U}) {
        input.pointer_event({5, 6}, 1U << bit);
        input.pointer_event({5, 6}, 0);
    }
    Events wheel;
    for (const auto& event : host.sink.take_events()) {
        if (event.rfind("move", 0) != 0) {
            wheel.push_back(event);
        }
    }
    EXPECT_EQ(wheel, (Events{"wheel 0,-1", "wheel 0,1", "wheel -1,0", "wheel 1,0"}));
    input.pointer_event({5, 6}, 0x80);
    input.pointer_event({5, 6}, 0x100);
    EXPECT_EQ(host.sink.take_events(), (Events{"move 5,6", "button 0x113 down", "move 5,6",
                                               "button 0x113 up", "button 0x114 down"}));
}

TEST_F(ClientInputTest, MotionIsMergedAndClamped)
{
    for (int x = 0; x < 50; ++x) {
        input.pointer_event({x, 1}, 0);
    }
    EXPECT_TRUE(host.sink.events.empty());
    input.flush_motion();
    EXPECT_EQ(host.sink.take_events(), Events{"move 49,1"});
    input.flush_motion();
    EXPECT_TRUE(host.sink.events.empty());
    input.pointer_event({65535, 65535}, 0);
    input.flush_motion();
    EXPECT_EQ(host.sink.take_events(), Events{"move 99,79"});
}

TEST_F(ClientInputTest, KeysDoNotOvertakeMotion)
{
    input.pointer_event({1, 1}, 0);
    input.key_event(0x61, k_down);
    EXPECT_EQ(host.sink.events, (Events{"move 1,1", "sym 0x61 down"}));
}

TEST_F(ClientInputTest, ViewersDoNothing)
{
    host.control = false;
    input.key_event(0x61, k_down);
    input.extended_key_event(0x61, 0x1e, k_down);
    input.pointer_event({1, 1}, 1);
    input.flush_motion();
    EXPECT_TRUE(host.sink.events.empty());
}

TEST_F(ClientInputTest, WhatIsHeldIsReleasedWhenControlEnds)
{
    input.key_event(0x61, k_down);
    input.extended_key_event(0, 0x2a, k_down);
    input.pointer_event({1, 1}, 5);
    EXPECT_EQ(host.sink.held(), 4U);
    host.control = false;
    input.pointer_event({2, 2}, 5);
    EXPECT_EQ(host.sink.held(), 0U);
}

TEST_F(ClientInputTest, WhatIsHeldIsReleasedAtTheEnd)
{
    {
        ClientInput other{host};
        other.key_event(0xffe3, k_down);
        other.pointer_event({1, 1}, 0x9);
        EXPECT_EQ(host.sink.held(), 2U);
    }
    EXPECT_EQ(host.sink.held(), 0U);
}

} // namespace
} // namespace gds::test
