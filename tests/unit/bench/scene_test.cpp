// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/frame_marker.h"
#include "bench/scene.h"

#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>

namespace gds::bench {
namespace {

constexpr Size k_size{900, 640};

std::vector<std::string> all_scenes()
{
    std::istringstream words{std::string{scene_names()}};
    return {std::istream_iterator<std::string>{words}, {}};
}

struct Picture {
    std::vector<Pixel> pixels = std::vector<Pixel>(std::size_t{k_size.width * k_size.height});
    Canvas canvas() { return {pixels.data(), k_size}; }
};

class EachScene : public testing::TestWithParam<std::string> {};

// The player paints what changed, the viewer compares with the whole frame.
TEST_P(EachScene, WhatChangesIsAllThatChanges)
{
    const auto scene = make_scene(GetParam(), k_size);
    ASSERT_TRUE(scene);
    Picture painted;
    scene->paint(1, Rect::of(k_size), painted.canvas());
    for (std::uint32_t frame = 2; frame < 12; ++frame) {
        for (const Rect& rect : scene->damage(frame)) {
            scene->paint(frame, rect, painted.canvas());
        }
        Picture whole;
        scene->paint(frame, Rect::of(k_size), whole.canvas());
        ASSERT_EQ(painted.pixels, whole.pixels) << "frame " << frame;
    }
}

TEST_P(EachScene, FramesDiffer)
{
    const auto scene = make_scene(GetParam(), k_size);
    Picture first;
    Picture second;
    scene->paint(1, Rect::of(k_size), first.canvas());
    scene->paint(2, Rect::of(k_size), second.canvas());
    EXPECT_EQ(first.pixels == second.pixels, GetParam() == "idle");
}

INSTANTIATE_TEST_SUITE_P(Scenes, EachScene, testing::ValuesIn(all_scenes()), [](const auto& scene) {
    std::string name = scene.param;
    std::erase(name, '-');
    return name;
});

TEST(FrameMarker, TellsWhatItWasTold)
{
    Picture picture;
    paint_marker({4711, 0xfedcba987654}, picture.canvas());
    const auto marker = read_marker(picture.canvas());
    ASSERT_TRUE(marker);
    EXPECT_EQ(marker->number, 4711U);
    EXPECT_EQ(marker->painted_us, 0xfedcba987654U);
}

TEST(FrameMarker, HalvesOfTwoFramesAreNone)
{
    Picture picture;
    paint_marker({1, 1000000}, picture.canvas());
    Picture later;
    paint_marker({2, 1033333}, later.canvas());
    std::copy_n(later.pixels.begin(), k_size.width * k_square, picture.pixels.begin());
    EXPECT_FALSE(read_marker(picture.canvas()));
}

TEST(FrameMarker, NoneInAPictureThatIsTooSmall)
{
    std::vector<Pixel> pixels(100);
    EXPECT_FALSE(read_marker({pixels.data(), {10, 10}}));
}

} // namespace
} // namespace gds::bench
