// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/frame_compare.h"

#include "fakes/pictures.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

class FrameCompare : public ::testing::Test {
protected:
    static constexpr Size k_size{301, 203};
    Frame before{fakes::picture(fakes::Content::noise, k_size, 1)};
    Frame after{before};
    Region everywhere{Rect::of(k_size)};

    void touch(int x, int y) { after.row(y)[x] ^= 0x10; }
};

TEST_F(FrameCompare, EqualFramesAreEqual)
{
    EXPECT_TRUE(changed(before, after, everywhere).empty());
}

TEST_F(FrameCompare, OctetAboveTheColourDoesNotCount)
{
    for (std::uint32_t& pixel : after.pixels) {
        pixel ^= 0xff000000;
    }
    EXPECT_TRUE(changed(before, after, everywhere).empty());
}

TEST_F(FrameCompare, OnePixelIsFoundExactly)
{
    for (const Point p : {Point{0, 0}, Point{300, 202}, Point{63, 64}, Point{64, 63},
                          Point{150, 100}, Point{300, 0}}) {
        touch(p.x, p.y);
        EXPECT_EQ(changed(before, after, everywhere), Region(Rect{p.x, p.y, 1, 1}));
        touch(p.x, p.y);
    }
}

// A tile is not read to its end once it is known to differ; those beside it are.
TEST_F(FrameCompare, NoDifferenceIsHiddenByThoseBesideIt)
{
    const Rect within{7, 5, 290, 190};
    std::vector<Point> touched;
    for (int i = 0; i < 40; ++i) {
        touched.push_back({i * 97 % k_size.width, i * i * 31 % k_size.height});
        touch(touched.back().x, touched.back().y);
        const Region found = changed(before, after, within);
        for (const Point p : touched) {
            EXPECT_EQ(found.contains(p), within.contains(p)) << p.x << ',' << p.y;
        }
    }
}

// A letter that is typed under a clock.
TEST_F(FrameCompare, LittleChangesCloseToEachOtherAreToldApart)
{
    touch(2, 3);
    touch(40, 28);
    touch(20, 60);
    std::vector<Rect> apart{{2, 3, 1, 1}, {40, 28, 1, 1}, {20, 60, 1, 1}};
    EXPECT_EQ(changed(before, after, everywhere), Region::of(apart));
    EXPECT_EQ(changed(before, after, Rect{1, 2, 60, 60}), Region::of(apart));
}

TEST_F(FrameCompare, EveryBitOfEveryComponentCounts)
{
    for (unsigned bit = 0; bit < 24; ++bit) {
        after.row(20)[30] ^= 1U << bit;
        EXPECT_FALSE(changed(before, after, everywhere).empty()) << bit;
        after.row(20)[30] ^= 1U << bit;
    }
}

TEST_F(FrameCompare, ChangesOutsideAreNotReported)
{
    touch(10, 10);
    touch(200, 150);
    const Region within(Rect{100, 100, 150, 100});
    EXPECT_EQ(changed(before, after, within), Region(Rect{200, 150, 1, 1}));
    EXPECT_TRUE(changed(before, after, Rect{11, 10, 50, 50}).empty());
    EXPECT_TRUE(changed(before, after, Region{}).empty());
}

TEST_F(FrameCompare, RegionBeyondTheFrameIsCut)
{
    touch(300, 202);
    EXPECT_EQ(changed(before, after, Rect{-50, -50, 5000, 5000}), Region(Rect{300, 202, 1, 1}));
    EXPECT_TRUE(changed(before, after, Rect{1000, 1000, 50, 50}).empty());
}

TEST_F(FrameCompare, AllDifferentIsOneRectangle)
{
    for (std::uint32_t& pixel : after.pixels) {
        pixel ^= 0xffffff;
    }
    EXPECT_EQ(changed(before, after, everywhere), everywhere);
    EXPECT_EQ(changed(before, after, everywhere).rects().size(), 1U);
}

TEST_F(FrameCompare, OtherSizeIsAllOfWithin)
{
    const Frame smaller{Size{100, 100}};
    EXPECT_EQ(changed(before, smaller, everywhere), Region(Rect{0, 0, 100, 100}));
}

TEST_F(FrameCompare, StridesMayDiffer)
{
    Frame other{k_size};
    for (int y = 0; y < k_size.height; ++y) {
        std::copy_n(before.row(y), k_size.width, other.row(y));
    }
    other.row(77)[99] ^= 1;
    EXPECT_EQ(changed(before, other, everywhere), Region(Rect{99, 77, 1, 1}));
}

// Random changes in random regions: whatever differs within is covered, nothing outside is.
TEST_F(FrameCompare, CoversEveryChangeAndStaysWithin)
{
    fakes::Dice dice(5);
    for (int round = 0; round < 60; ++round) {
        after = before;
        Region within;
        for (int i = 0; i < 1 + dice.below(5); ++i) {
            within.add(
                Rect{dice.below(300), dice.below(200), 1 + dice.below(120), 1 + dice.below(120)});
        }
        within.intersect(everywhere);
        for (int i = 0; i < dice.below(30); ++i) {
            touch(dice.below(k_size.width), dice.below(k_size.height));
        }
        const Region found = changed(before, after, within);
        Region outside = found;
        outside.subtract(within);
        ASSERT_TRUE(outside.empty());
        for (int y = 0; y < k_size.height; ++y) {
            for (int x = 0; x < k_size.width; ++x) {
                if (before.row(y)[x] != after.row(y)[x] && within.contains({x, y})) {
                    ASSERT_TRUE(found.contains({x, y})) << x << "," << y;
                }
            }
        }
    }
}

} // namespace
} // namespace gds
