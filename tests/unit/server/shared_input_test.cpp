// SPDX-License-Identifier: GPL-2.0-or-later
// One keyboard and one pointer among several clients.
#include "server/shared_input.h"

#include "fakes/recording_input_sink.h"

#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

constexpr auto k_down = KeyState::pressed;
constexpr auto k_up = KeyState::released;
constexpr std::uint32_t k_keysym_control = 0xffe3;
constexpr std::uint32_t k_keysym_super = 0xffeb;

class SharedInputTest : public ::testing::Test {
protected:
    test::RecordingInputSink desktop;
    SharedInput shared{desktop, {30ms, 120ms}};
    InputDoor alice{shared, 1};
    InputDoor bob{shared, 2};

    Events events() { return desktop.take_events(); }
};

TEST_F(SharedInputTest, AHeldModifierDoesNotChangeAnothersKeys)
{
    alice.key_code(KEY_LEFTSHIFT, k_down);
    bob.key_sym('b', k_down);
    bob.key_sym('b', k_up);
    EXPECT_EQ(events(), (Events{"code 42 down", "code 42 up", "sym 0x62 down", "sym 0x62 up"}));
    alice.key_code(KEY_A, k_down);
    EXPECT_EQ(events(), (Events{"code 42 down", "code 30 down"}));
    alice.key_code(KEY_A, k_up);
    alice.key_code(KEY_LEFTSHIFT, k_up);
    EXPECT_EQ(events(), (Events{"code 30 up", "code 42 up"}));
    EXPECT_EQ(desktop.held(), 0U);
}

TEST_F(SharedInputTest, EachHasModifiersOfHisOwn)
{
    alice.key_sym(k_keysym_control, k_down);
    bob.key_code(KEY_LEFTALT, k_down);
    bob.key_code(KEY_TAB, k_down);
    bob.key_code(KEY_TAB, k_up);
    EXPECT_EQ(events(), (Events{"sym 0xffe3 down", "sym 0xffe3 up", "code 56 down", "code 15 down",
                                "code 15 up"}));
    alice.key_sym('c', k_down);
    EXPECT_EQ(events(), (Events{"code 56 up", "sym 0xffe3 down", "sym 0x63 down"}));
    bob.key_code(KEY_LEFTALT, k_up); // it is up
    EXPECT_EQ(events(), Events{});
    bob.key_code(KEY_X, k_down);
    EXPECT_EQ(events(), (Events{"sym 0xffe3 up", "code 45 down"}));
}

TEST_F(SharedInputTest, AModifierThatWasReleasedMeanwhileStaysUp)
{
    alice.key_code(KEY_RIGHTALT, k_down);
    bob.key_code(KEY_B, k_down);
    events();
    alice.key_code(KEY_RIGHTALT, k_up);
    alice.key_code(KEY_A, k_down);
    EXPECT_EQ(events(), (Events{"code 30 down"}));
}

TEST_F(SharedInputTest, AClickAndAWheelStepKeepNothingOfAnothersModifiers)
{
    alice.key_code(KEY_LEFTCTRL, k_down);
    bob.pointer_wheel(0, 1);
    EXPECT_EQ(events(), (Events{"code 29 down", "code 29 up", "wheel 0,1"}));
    alice.key_code(KEY_A, k_down);
    events();
    bob.pointer_button(BTN_LEFT, k_down);
    EXPECT_EQ(events(), (Events{"code 29 up", "button 0x110 down"}));
}

TEST_F(SharedInputTest, SuperIsNotReleasedAsIfItHadBeenTapped)
{
    alice.key_sym(k_keysym_super, k_down);
    events();
    bob.key_code(KEY_B, k_down);
    EXPECT_EQ(events(),
              (Events{"sym 0xffe1 down", "sym 0xffe1 up", "sym 0xffeb up", "code 48 down"}));
}

TEST_F(SharedInputTest, TheSameKeyOfTwoTypesTwice)
{
    alice.key_code(KEY_A, k_down);
    bob.key_code(KEY_A, k_down);
    EXPECT_EQ(events(), (Events{"code 30 down", "code 30 up", "code 30 down"}));
    alice.key_code(KEY_A, k_up);
    EXPECT_EQ(events(), Events{});
    bob.key_code(KEY_A, k_up);
    EXPECT_EQ(events(), (Events{"code 30 up"}));
}

TEST_F(SharedInputTest, ThePointerIsHisWhoHasItForAMoment)
{
    alice.pointer_motion({1, 1});
    bob.pointer_motion({9, 9});
    bob.pointer_wheel(0, 1);
    EXPECT_TRUE(bob.pointer_button(BTN_LEFT, k_down));
    bob.pointer_button(BTN_LEFT, k_up);
    alice.pointer_motion({2, 2});
    EXPECT_EQ(events(), (Events{"move 1,1", "move 2,2"}));
    std::this_thread::sleep_for(40ms);
    bob.pointer_motion({9, 9});
    alice.pointer_motion({3, 3});
    EXPECT_EQ(events(), (Events{"move 9,9"}));
}

TEST_F(SharedInputTest, WhoDragsKeepsThePointer)
{
    alice.pointer_button(BTN_LEFT, k_down);
    std::this_thread::sleep_for(40ms);
    bob.pointer_motion({9, 9});
    EXPECT_EQ(events(), (Events{"button 0x110 down"}));
    alice.pointer_button(BTN_LEFT, k_up);
    bob.pointer_motion({9, 9});
    EXPECT_EQ(events(), (Events{"button 0x110 up"}));
    std::this_thread::sleep_for(40ms);
    bob.pointer_motion({9, 9});
    EXPECT_EQ(events(), (Events{"move 9,9"}));
}

TEST_F(SharedInputTest, ADragThatIsLeftAloneEnds)
{
    alice.pointer_button(BTN_LEFT, k_down);
    events();
    std::this_thread::sleep_for(130ms);
    bob.pointer_motion({9, 9});
    EXPECT_EQ(events(), (Events{"button 0x110 up", "move 9,9"}));
    alice.pointer_button(BTN_LEFT, k_up);
    EXPECT_EQ(events(), Events{});
}

TEST_F(SharedInputTest, WhatIsHeldEndsWithTheClient)
{
    {
        InputDoor carol{shared, 3};
        carol.key_code(KEY_LEFTSHIFT, k_down);
        carol.key_code(KEY_C, k_down);
        carol.pointer_button(BTN_LEFT, k_down);
        bob.key_code(KEY_B, k_down); // and what is put up
        bob.key_code(KEY_B, k_up);
        EXPECT_EQ(desktop.held(), 2U);
    }
    EXPECT_EQ(desktop.held(), 0U);
    events();
    bob.pointer_motion({1, 1}); // at once
    EXPECT_EQ(events(), (Events{"move 1,1"}));
}

TEST_F(SharedInputTest, APressThatIsNotTakenIsNotHeld)
{
    desktop.takes_presses = false;
    EXPECT_FALSE(alice.key_code(KEY_A, k_down));
    EXPECT_FALSE(alice.pointer_button(BTN_LEFT, k_down));
    desktop.takes_presses = true;
    alice.key_code(KEY_A, k_up);
    alice.pointer_button(BTN_LEFT, k_up);
    EXPECT_EQ(events(), Events{});
}

TEST_F(SharedInputTest, KnowsWhenSomethingCameLast)
{
    EXPECT_EQ(alice.last_input(), 0);
    const auto before = std::time(nullptr);
    alice.pointer_motion({1, 1});
    EXPECT_GE(alice.last_input(), before);
    EXPECT_LE(alice.last_input(), std::time(nullptr));
    EXPECT_EQ(bob.last_input(), 0);
}

} // namespace
} // namespace gds
