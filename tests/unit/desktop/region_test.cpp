// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/region.h"

#include "fakes/pictures.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace gds {
namespace {

TEST(Region, NewOneIsEmpty)
{
    const Region region;
    EXPECT_TRUE(region.empty());
    EXPECT_EQ(region.area(), 0);
    EXPECT_EQ(region.bounds(), Rect{});
    EXPECT_TRUE(region.rects().empty());
}

TEST(Region, EmptyRectangleGivesEmptyRegion)
{
    EXPECT_TRUE(Region(Rect{5, 5, 0, 7}).empty());
    EXPECT_TRUE(Region(Rect{5, 5, 7, -1}).empty());
    Region region;
    region.add(Rect{1, 2, 0, 0});
    EXPECT_TRUE(region.empty());
    EXPECT_EQ(region, Region{});
}

TEST(Region, OverlappingRectanglesCountOnce)
{
    Region region(Rect{0, 0, 10, 10});
    region.add(Rect{5, 5, 10, 10});
    EXPECT_EQ(region.area(), 175);
    EXPECT_EQ(region.bounds(), (Rect{0, 0, 15, 15}));
    EXPECT_TRUE(region.contains({14, 14}));
    EXPECT_FALSE(region.contains({14, 4}));
    EXPECT_FALSE(region.contains({15, 15}));
}

TEST(Region, NeighboursBecomeOneRectangle)
{
    Region region(Rect{0, 0, 10, 10});
    region.add(Rect{10, 0, 10, 10});
    region.add(Rect{0, 10, 20, 5});
    EXPECT_EQ(region.rects(), (std::vector<Rect>{{0, 0, 20, 15}}));
}

TEST(Region, SubtractLeavesAHole)
{
    Region region(Rect{0, 0, 30, 30});
    region.subtract(Rect{10, 10, 10, 10});
    EXPECT_EQ(region.area(), 800);
    EXPECT_FALSE(region.contains({15, 15}));
    EXPECT_FALSE(region.intersects({10, 10, 10, 10}));
    EXPECT_TRUE(region.intersects({9, 10, 10, 10}));
    EXPECT_FALSE(region.intersects({0, 0, 0, 5}));
}

TEST(Region, EmptiedInDifferentPlacesIsEqual)
{
    Region one(Rect{0, 0, 5, 5});
    one.intersect(Rect{10, 10, 5, 5});
    Region other(Rect{100, 100, 5, 5});
    other.subtract(Rect{90, 90, 50, 50});
    EXPECT_EQ(one, other);
    EXPECT_EQ(one, Region{});
    EXPECT_EQ(one.bounds(), Rect{});
}

TEST(Region, TranslateMovesAll)
{
    Region region(Rect{0, 0, 4, 4});
    region.add(Rect{8, 8, 4, 4});
    region.translate(10, -3);
    EXPECT_EQ(region.rects(), (std::vector<Rect>{{10, -3, 4, 4}, {18, 5, 4, 4}}));
}

TEST(Region, CopiesAreIndependentAndMovesTakeAll)
{
    Region region = Region::of({{0, 0, 4, 4}, {8, 8, 4, 4}, {20, 0, 4, 4}});
    Region copy = region;
    copy.clear();
    EXPECT_TRUE(copy.empty());
    EXPECT_EQ(region.area(), 48);
    Region moved = std::move(region);
    EXPECT_EQ(moved.area(), 48);
    copy = std::move(moved);
    EXPECT_EQ(copy.area(), 48);
    const Region& same = copy;
    copy = same;
    EXPECT_EQ(copy.area(), 48);
}

TEST(Region, OfManyEqualsAddingEach)
{
    fakes::Dice dice(7);
    std::vector<Rect> rects;
    Region added;
    for (int i = 0; i < 200; ++i) {
        rects.push_back({dice.below(300), dice.below(300), dice.below(40) - 2, dice.below(40) - 2});
        added.add(rects.back());
    }
    EXPECT_EQ(Region::of(rects), added);
    EXPECT_TRUE(Region::of({}).empty());
}

// Against sets of points.
TEST(Region, AgreesWithSetsOfPoints)
{
    using Points = std::set<std::pair<int, int>>;
    const auto points_of = [](const Rect& rect) {
        Points points;
        for (int y = rect.y; y < rect.bottom(); ++y) {
            for (int x = rect.x; x < rect.right(); ++x) {
                points.emplace(x, y);
            }
        }
        return points;
    };
    fakes::Dice dice(11);
    Region region;
    Points model;
    for (int step = 0; step < 60; ++step) {
        const Rect rect{dice.below(24), dice.below(24), 1 + dice.below(9), 1 + dice.below(9)};
        const Points points = points_of(rect);
        if (dice.below(3) != 0) {
            region.add(rect);
            model.insert(points.begin(), points.end());
        } else {
            region.subtract(rect);
            for (const auto& point : points) {
                model.erase(point);
            }
        }
        Points found;
        for (const Rect& part : region.rects()) {
            const Points part_points = points_of(part);
            found.insert(part_points.begin(), part_points.end());
        }
        ASSERT_EQ(found, model);
        ASSERT_EQ(region.area(), static_cast<std::int64_t>(model.size()));
    }
}

TEST(Region, SimplifyBoundsTheRectangles)
{
    Region region;
    for (int i = 0; i < 10; ++i) {
        region.add(Rect{2 * i, 2 * i, 1, 1});
    }
    EXPECT_EQ(region.rect_count(), 10U);
    region.simplify(10);
    EXPECT_EQ(region.rect_count(), 10U);
    region.simplify(9);
    EXPECT_EQ(region, (Region{Rect{0, 0, 19, 19}}));
    Region none;
    EXPECT_EQ(none.rect_count(), 0U);
    none.simplify(0);
    EXPECT_TRUE(none.empty());
}

} // namespace
} // namespace gds
