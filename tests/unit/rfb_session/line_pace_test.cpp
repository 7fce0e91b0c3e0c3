// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/line_pace.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

TEST(LinePace, ALittleAlwaysGoes)
{
    EXPECT_EQ(room_on(LineState{0, 0us, 0}).octets, 16'384U);
    EXPECT_EQ(room_on(LineState{10'000, 300ms, 100}).octets, 6'384U);
}

TEST(LinePace, AFastLineIsNeverHeldUp)
{
    EXPECT_GT(room_on(LineState{4'000'000, 50us, 1'000'000'000}).octets, 30'000'000U);
    EXPECT_GT(room_on(std::nullopt).octets, 1U << 30);
}

TEST(LinePace, ASlowLineHoldsItsRoundTripAndALittleMore)
{
    // 2 Mbit/s, 100 ms: 25 kB are on their way, 10 kB more may wait.
    EXPECT_EQ(room_on(LineState{30'000, 100ms, 250'000}).octets, 5'000U);
    const auto full = room_on(LineState{40'000, 100ms, 250'000});
    EXPECT_EQ(full.octets, 0U);
    EXPECT_GE(full.pause, 20ms);
    EXPECT_LE(full.pause, 30ms);
}

TEST(LinePace, LooksAgainSoonWhateverTheFiguresSay)
{
    EXPECT_EQ(room_on(LineState{1'000'000, 0us, 0}).pause, 1ms);
    EXPECT_EQ(room_on(LineState{1ULL << 62, 1h, 1}).pause, 50ms);
    EXPECT_EQ(room_on(LineState{16'384, 0us, 400'000}).pause, 2ms);
    EXPECT_EQ(room_on(LineState{16'384, 0us, 400'000}).octets, 0U);
}

TEST(LinePace, WhoTakesNothingIsLookedAtLessAndLess)
{
    const LineRoom none{0, 1ms};
    EXPECT_EQ(next_pause(none, false, 1ms), 2ms);
    EXPECT_EQ(next_pause(none, false, 32ms), 50ms);
    EXPECT_EQ(next_pause(none, false, 50ms), 50ms);
    EXPECT_EQ(next_pause(none, true, 50ms), 1ms);
    EXPECT_EQ(next_pause({0, 30ms}, false, 2ms), 30ms);
}

} // namespace
} // namespace gds
