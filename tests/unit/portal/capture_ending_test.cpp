// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/capture_ending.h"

#include "base/errors.h"
#include "base/sdbus_compat.h"
#include "portal/portal_request.h"
#include "portal/remote_desktop_session.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace gds {
namespace {

CaptureEnding after(const CaptureSigns& signs) { return ending_by(signs); }

template <typename Error>
CaptureEnding after(const Error& error, bool asked = false)
{
    return ending_by(std::make_exception_ptr(error), asked);
}

TEST(CaptureEnding, ClosedAloneIsThePersonsWishAndNotTriedAgain)
{
    const auto ending = after({.closed = true, .stream_ended = true});
    EXPECT_EQ(ending.state, CaptureState::stopped_by_user);
    EXPECT_FALSE(ending.again);
    EXPECT_FALSE(ending.reason.empty());
}

TEST(CaptureEnding, AStarvedSourceIsOpenedAnewWithoutAWord)
{
    const auto ending = after({.starved = true});
    EXPECT_EQ(ending.state, CaptureState::starting);
    EXPECT_TRUE(ending.again);
    EXPECT_TRUE(ending.reason.empty());
    EXPECT_EQ(after({.closed = true, .starved = true}).state, CaptureState::stopped_by_user);
}

TEST(CaptureEnding, OtherMonitorsThatNobodyIsAskedAboutAreOpenedAtOnce)
{
    for (const auto& signs :
         {CaptureSigns{.outdated = true}, CaptureSigns{.input_ended = true},
          CaptureSigns{
              .closed = true, .stream_ended = true, .desktop_changed = true, .outdated = true}}) {
        const auto ending = after(signs);
        EXPECT_EQ(ending.state, CaptureState::starting);
        EXPECT_TRUE(ending.again);
        EXPECT_TRUE(ending.at_once);
        EXPECT_TRUE(ending.reason.empty());
    }
    EXPECT_EQ(after({.pipewire_gone = true, .outdated = true}).state, CaptureState::lost);
}

TEST(CaptureEnding, ClosedTogetherWithAVanishedPartIsALoss)
{
    for (const auto& signs :
         {CaptureSigns{.closed = true, .pipewire_gone = true},
          CaptureSigns{.closed = true, .portal_gone = true},
          CaptureSigns{.closed = true, .stream_ended = true, .desktop_changed = true},
          CaptureSigns{.stream_ended = true},
          CaptureSigns{.stream_ended = true, .input_ended = true}}) {
        const auto ending = after(signs);
        EXPECT_EQ(ending.state, CaptureState::lost);
        EXPECT_TRUE(ending.again);
        EXPECT_FALSE(ending.reason.empty());
    }
}

TEST(CaptureEnding, ALockedScreenIsNoNo)
{
    const auto ending = after({.closed = true, .stream_ended = true, .screen_locked = true});
    EXPECT_EQ(ending.state, CaptureState::lost);
    EXPECT_TRUE(ending.again);
    EXPECT_TRUE(ending.quiet);
    EXPECT_NE(ending.reason.find("locked"), std::string::npos);
    EXPECT_EQ(after({.pipewire_gone = true, .screen_locked = true}).reason,
              after({.pipewire_gone = true}).reason);
}

TEST(CaptureEnding, ANoIsNotAskedAgain)
{
    const auto ending = after(PortalRefused{"response 1"});
    EXPECT_EQ(ending.state, CaptureState::refused);
    EXPECT_FALSE(ending.again);
}

TEST(CaptureEnding, SilenceOfThePersonIsANoAndSilenceOfThePortalIsNot)
{
    EXPECT_EQ(after(TimedOut{}, true).state, CaptureState::refused);
    EXPECT_FALSE(after(TimedOut{}, true).again);
    EXPECT_EQ(after(TimedOut{}, false).state, CaptureState::unavailable);
    EXPECT_TRUE(after(TimedOut{}, false).again);
}

TEST(CaptureEnding, OtherFailuresAreTriedAgainAndSayWhy)
{
    const CaptureEnding endings[] = {
        after(PortalFailed{"response 2"}),
        after(PortalVanished{}),
        after(CaptureUnavailable{"no virtual monitor"}),
        after(sdbus_error("org.freedesktop.DBus.Error.ServiceUnknown", "x")),
        after(sdbus_error("org.freedesktop.DBus.Error.Failed", "x")),
        after(std::runtime_error{"x"}),
        ending_without_pipewire(),
    };
    for (const auto& ending : endings) {
        EXPECT_EQ(ending.state, CaptureState::unavailable);
        EXPECT_TRUE(ending.again);
        EXPECT_FALSE(ending.reason.empty());
    }
    EXPECT_EQ(endings[2].reason, "no virtual monitor");
    EXPECT_NE(endings[3].reason, endings[4].reason);
}

TEST(CaptureEnding, OnlyLookingForPipeWireIsQuiet)
{
    EXPECT_TRUE(ending_without_pipewire().quiet);
    EXPECT_FALSE(after(PortalFailed{"response 2"}).quiet);
}

} // namespace
} // namespace gds
