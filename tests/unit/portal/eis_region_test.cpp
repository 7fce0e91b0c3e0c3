// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/eis_region.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

const EisRegion k_left{0, 0, 960, 540, "left"};
const EisRegion k_right{960, 0, 1280, 720, "right"};
const EisRegion k_unnamed{960, 0, 1280, 720, std::nullopt};

SharedMonitor monitor(std::optional<std::string> mapping_id, Point position, Size size)
{
    SharedMonitor made;
    made.mapping_id = std::move(mapping_id);
    made.position = position;
    made.size = size;
    return made;
}

TEST(EisRegion, IsTheOneOfThatMappingId)
{
    const auto moved = monitor("right", {0, 0}, {960, 540});
    EXPECT_EQ(find_region({k_left, k_right}, moved, false), 1U);
    EXPECT_EQ(find_region({k_right}, moved, true), 0U);
}

TEST(EisRegion, OfAnotherMappingIdIsAnotherMonitor)
{
    const auto other = monitor("third", {0, 0}, {960, 540});
    EXPECT_EQ(find_region({k_left, k_right}, other, false), std::nullopt);
    EXPECT_EQ(find_region({k_left}, other, true), std::nullopt);
}

TEST(EisRegion, WithoutMappingIdIsTheOneAtThatPlace)
{
    const auto right = monitor(std::nullopt, {960, 0}, {1280, 720});
    EXPECT_EQ(find_region({k_left, k_right}, right, false), 1U);
    EXPECT_EQ(find_region({k_left, k_unnamed}, monitor("right", {960, 0}, {1280, 720}), false), 1U);
    EXPECT_EQ(find_region({k_left}, right, false), std::nullopt);
}

TEST(EisRegion, WithoutAnythingToKnowItByIsTheOnlyOne)
{
    EXPECT_EQ(find_region({k_left}, {}, true), 0U);
    EXPECT_EQ(find_region({k_left}, {}, false), std::nullopt);
    EXPECT_EQ(find_region({k_left, k_right}, {}, true), std::nullopt);
    EXPECT_EQ(find_region({}, {}, true), std::nullopt);
}

TEST(EisRegion, HasThePixelsOfThePicture)
{
    OutputLayout::StreamPoint point;
    point.pixels = {1920, 1080};
    point.pixel = {1919, 540};
    const auto position = position_in(k_left, point);
    EXPECT_DOUBLE_EQ(position.x, 959.5);
    EXPECT_DOUBLE_EQ(position.y, 270);
    point.pixels = {1280, 720};
    point.pixel = {0, 719};
    EXPECT_DOUBLE_EQ(position_in(k_right, point).x, 960);
    EXPECT_DOUBLE_EQ(position_in(k_right, point).y, 719);
    point.pixels = {};
    EXPECT_DOUBLE_EQ(position_in(k_right, {}).x, 960); // nothing known of the picture yet
}

} // namespace
} // namespace gds
