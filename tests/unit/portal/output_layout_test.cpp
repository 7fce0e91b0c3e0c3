// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/output_layout.h"

#include <limits>

#include <gtest/gtest.h>

namespace gds {
namespace {

OutputFacts output(Point position, Size logical, std::optional<Size> pixels)
{
    return {position, logical, pixels};
}

TEST(OutputLayout, OneMonitorFillsTheFrameWhereverItLies)
{
    const OutputLayout layout{{output({1920, 300}, {800, 600}, Size{800, 600})}};
    EXPECT_EQ(layout.size(), (Size{800, 600}));
    EXPECT_EQ(layout.place(0), (Rect{0, 0, 800, 600}));
}

TEST(OutputLayout, NothingKnownIsAnEmptyFrame)
{
    EXPECT_TRUE(OutputLayout{}.size().empty());
    const OutputLayout layout{{OutputFacts{}}};
    EXPECT_TRUE(layout.size().empty());
    EXPECT_FALSE(layout.map({0, 0}));
}

TEST(OutputLayout, PlacesByPositionFromTheLeastOne)
{
    const OutputLayout layout{{output({0, 0}, {1280, 720}, Size{1280, 720}),
                               output({-800, 120}, {800, 600}, Size{800, 600})}};
    EXPECT_EQ(layout.size(), (Size{2080, 720}));
    EXPECT_EQ(layout.place(0), (Rect{800, 0, 1280, 720}));
    EXPECT_EQ(layout.place(1), (Rect{0, 120, 800, 600}));
}

TEST(OutputLayout, ScaledMonitorsTouchAndDoNotOverlap)
{
    // Twice the pixels left, plain ones right.
    const OutputLayout layout{{output({0, 0}, {1280, 720}, Size{2560, 1440}),
                               output({1280, 0}, {1280, 720}, Size{1280, 720})}};
    EXPECT_EQ(layout.place(0), (Rect{0, 0, 2560, 1440}));
    EXPECT_EQ(layout.place(1), (Rect{2560, 0, 1280, 720}));
    EXPECT_EQ(layout.size(), (Size{3840, 1440}));
}

TEST(OutputLayout, BeforeItsFormatAMonitorHasItsLogicalSize)
{
    const OutputLayout layout{
        {output({0, 0}, {640, 480}, std::nullopt), output({640, 0}, {640, 480}, Size{640, 480})}};
    EXPECT_EQ(layout.size(), (Size{1280, 480}));
}

TEST(OutputLayout, WithoutPositionsMonitorsStandInARow)
{
    const OutputLayout layout{
        {{std::nullopt, std::nullopt, Size{100, 50}}, {std::nullopt, std::nullopt, Size{60, 70}}}};
    EXPECT_EQ(layout.place(0), (Rect{0, 0, 100, 50}));
    EXPECT_EQ(layout.place(1), (Rect{100, 0, 60, 70}));
    EXPECT_EQ(layout.size(), (Size{160, 70}));
}

TEST(OutputLayout, AbsurdPositionsDoNotMakeAnAbsurdFrame)
{
    constexpr int most = std::numeric_limits<int>::max();
    constexpr int least = std::numeric_limits<int>::min();
    const OutputLayout layout{{output({least, least}, {100, 100}, Size{100, 100}),
                               output({most, most}, {100, 100}, Size{100, 100})}};
    EXPECT_EQ(layout.size(), (Size{200, 100}));
    EXPECT_EQ(layout.place(1), (Rect{100, 0, 100, 100}));
}

TEST(OutputLayout, WhatDoesNotFitIsLeftOut)
{
    const Size huge{k_max_side, k_max_side};
    const OutputLayout layout{{output({0, 0}, huge, huge), output({k_max_side, 0}, huge, huge)}};
    EXPECT_EQ(layout.size(), huge);
    EXPECT_EQ(layout.place(0), Rect::of(huge));
    EXPECT_TRUE(layout.place(1).empty());
}

TEST(OutputLayout, MapsPointsIntoTheLogicalCoordinatesOfTheirMonitor)
{
    const OutputLayout layout{{output({0, 0}, {1280, 720}, Size{2560, 1440}),
                               output({1280, 0}, {1280, 720}, Size{1280, 720})}};
    const auto left = layout.map({1000, 500});
    ASSERT_TRUE(left);
    EXPECT_EQ(left->output, 0U);
    EXPECT_DOUBLE_EQ(left->x, 500);
    EXPECT_DOUBLE_EQ(left->y, 250);
    const auto right = layout.map({2570, 20});
    ASSERT_TRUE(right);
    EXPECT_EQ(right->output, 1U);
    EXPECT_DOUBLE_EQ(right->x, 10);
    EXPECT_DOUBLE_EQ(right->y, 20);
}

TEST(OutputLayout, ClampsPointsIntoTheNearestMonitor)
{
    const OutputLayout layout{
        {output({0, 0}, {100, 100}, Size{100, 100}), output({100, 0}, {50, 50}, Size{50, 50})}};
    const auto gap = layout.map({130, 90});
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->output, 0U);
    EXPECT_DOUBLE_EQ(gap->x, 99);
    EXPECT_DOUBLE_EQ(gap->y, 90);
    const auto outside = layout.map({100000, -100000});
    ASSERT_TRUE(outside);
    EXPECT_EQ(outside->output, 1U);
    EXPECT_DOUBLE_EQ(outside->x, 49);
    EXPECT_DOUBLE_EQ(outside->y, 0);
    EXPECT_TRUE(layout.map({std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}));
}

} // namespace
} // namespace gds
