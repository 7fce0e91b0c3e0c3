// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/moved_content.h"

#include "desktop/moved_votes.h"

#include "fakes/pictures.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gds {
namespace {

constexpr Size k_size{640, 480};
constexpr Rect k_all{0, 0, 640, 480};

Frame noisy(std::uint64_t seed)
{
    fakes::Dice dice(seed);
    Frame frame{k_size};
    for (auto& pixel : frame.pixels) {
        pixel = static_cast<std::uint32_t>(dice.next());
    }
    return frame;
}

// Puts what stood `by` away into `area`.
void shift(Frame& frame, const Rect& area, Point by)
{
    const Frame before = frame;
    for (int y = area.y; y < area.bottom(); ++y) {
        for (int x = area.x; x < area.right(); ++x) {
            const Point from{x - by.x, y - by.y};
            if (k_all.contains(from)) {
                frame.row(y)[x] = before.row(from.y)[from.x];
            }
        }
    }
}

// As a viewer does it: one after another, each from what those before it have left.
void copy(Frame& frame, const MovedContent& moved)
{
    for (const auto& rect : moved.to) {
        shift(frame, rect, moved.by);
    }
}

std::int64_t differing(const Frame& a, const Frame& b, const Rect& area)
{
    std::int64_t count = 0;
    for (int y = area.y; y < area.bottom(); ++y) {
        for (int x = area.x; x < area.right(); ++x) {
            count += ((a.row(y)[x] ^ b.row(y)[x]) & k_rgb_mask) != 0 ? 1 : 0;
        }
    }
    return count;
}

class Moved : public testing::TestWithParam<Point> {};

TEST_P(Moved, IsFoundAndCopiesRight)
{
    const Point by = GetParam();
    const Frame before = noisy(1);
    for (const Rect& area : {k_all, Rect{100, 60, 300, 311}, Rect{3, 5, 150, 200}}) {
        Frame now = before;
        shift(now, area, by);
        const auto moved = find_moved_content(before, now, area, {});
        EXPECT_EQ(moved.by, by);
        Frame copied = before;
        copy(copied, moved);
        Rect possible = area;
        possible.x += by.x;
        possible.y += by.y;
        possible = possible.intersected(area);
        EXPECT_EQ(differing(copied, now, possible), 0);
        EXPECT_LE(moved.to.size(), k_most_moved_rects);
    }
}
INSTANTIATE_TEST_SUITE_P(Ways, Moved,
                         testing::Values(Point{0, -1}, Point{0, 1}, Point{0, -40}, Point{0, 117},
                                         Point{-1, 0}, Point{1, 0}, Point{-53, 0}, Point{90, 0},
                                         Point{7, -12}, Point{-31, 20}));

TEST(MovedContent, ABarThatStaysSpoilsNothingElse)
{
    const Frame before = noisy(2);
    Frame now = before;
    shift(now, {0, 0, 560, 480}, {0, -24});
    const auto moved = find_moved_content(before, now, k_all, {});
    EXPECT_EQ(moved.by, (Point{0, -24}));
    Frame copied = before;
    copy(copied, moved);
    EXPECT_EQ(differing(copied, now, {0, 0, 560, 456}), 0);
    EXPECT_EQ(differing(copied, now, {576, 0, 64, 480}), 0) << "the bar";
}

// A window that is dragged over a picture that stays.
TEST(MovedContent, AWindowIsFoundWhereverItGoes)
{
    const Frame ground = noisy(8);
    Frame window = noisy(9);
    const auto put = [&](Point at) {
        Frame frame = ground;
        for (int y = 0; y < 200; ++y) {
            std::copy_n(window.row(y), 260, frame.row(at.y + y) + at.x);
        }
        return frame;
    };
    const Frame before = put({100, 90});
    for (const Point at : {Point{109, 95}, Point{60, 120}, Point{101, 89}, Point{300, 250}}) {
        const Frame now = put(at);
        Region changed{Rect{100, 90, 260, 200}};
        changed.add(Rect{at.x, at.y, 260, 200});
        const auto moved = find_moved_content(before, now, changed, {});
        EXPECT_EQ(moved.by, (Point{at.x - 100, at.y - 90}));
        Frame copied = before;
        copy(copied, moved);
        EXPECT_EQ(differing(copied, now, {at.x, at.y, 260, 200}), 0);
    }
}

TEST(MovedContent, NothingFalseIsFound)
{
    const Frame before = noisy(3);
    EXPECT_TRUE(find_moved_content(before, noisy(4), k_all, {}).to.empty());
    EXPECT_TRUE(find_moved_content(before, before, k_all, {}).to.empty());
    const Frame plain{k_size};
    Frame other{k_size};
    other.pixels.assign(other.pixels.size(), 0xff102030);
    EXPECT_TRUE(find_moved_content(plain, other, k_all, {}).to.empty());
    EXPECT_TRUE(find_moved_content(before, before, {}, {}).to.empty());
}

// A slide: what shows that nothing has moved does not cost a whole search.
TEST(MovedContent, ASampleTellsThatNothingHasMoved)
{
    const auto sampled = vote_by_sample(noisy(10), noisy(11), k_all);
    EXPECT_TRUE(sampled.sure);
    EXPECT_EQ(sampled.way, Point{});
}

TEST(MovedContent, ASampleTellsWhereMostOfItWent)
{
    const Frame before = noisy(12);
    for (const Point by : {Point{0, -40}, Point{90, 0}, Point{7, -12}, Point{-31, 63}}) {
        Frame now = before;
        shift(now, k_all, by);
        const auto sampled = vote_by_sample(before, now, k_all);
        EXPECT_TRUE(sampled.sure);
        EXPECT_EQ(sampled.way, by);
    }
}

TEST(MovedContent, ASampleThatIsTooSmallOrDividedDecidesNothing)
{
    const Frame before = noisy(13);
    Frame now = before;
    const Rect small{100, 60, 200, 150};
    shift(now, small, {0, -9});
    EXPECT_FALSE(vote_by_sample(before, now, small).sure);
    // Its two halves part.
    now = before;
    shift(now, {0, 0, 640, 240}, {0, -9});
    shift(now, {0, 240, 640, 240}, {0, 9});
    EXPECT_FALSE(vote_by_sample(before, now, k_all).sure);
    // Little has moved in much that is new.
    now = noisy(14);
    for (int y = 0; y < 140; ++y) {
        std::copy_n(before.row(200 + y) + 50, 140, now.row(100 + y) + 300);
    }
    EXPECT_FALSE(vote_by_sample(before, now, k_all).sure);
    EXPECT_EQ(find_moved_content(before, now, k_all, {}).by, (Point{250, -100}));
    const Frame plain{k_size};
    EXPECT_FALSE(vote_by_sample(plain, plain, k_all).sure);
}

TEST(MovedContent, SpotsTellWhetherItGoesOnTheSameWay)
{
    const Frame before = noisy(15);
    const Point by{7, -12};
    Frame now = before;
    shift(now, k_all, by);
    EXPECT_TRUE(mostly_moved_by(before, now, k_all, by));
    EXPECT_FALSE(mostly_moved_by(before, now, k_all, {7, -11}));
    EXPECT_FALSE(mostly_moved_by(before, now, k_all, {4000, 0}));
    EXPECT_FALSE(mostly_moved_by(before, noisy(16), k_all, by));
    EXPECT_FALSE(mostly_moved_by(before, before, k_all, by)) << "nothing has changed";
    const Frame plain{k_size};
    Frame other{k_size};
    other.pixels.assign(other.pixels.size(), 0xff102030);
    EXPECT_FALSE(mostly_moved_by(plain, other, k_all, by)) << "it may have come from anywhere";
    EXPECT_FALSE(mostly_moved_by(before, now, Rect{10, 10, 5, 5}, by));
    EXPECT_FALSE(mostly_moved_by(before, now, {}, by));
    // Two thirds of it are new.
    Frame mixed = noisy(17);
    for (int y = 0; y < 160; ++y) {
        std::copy_n(now.row(y), k_size.width, mixed.row(y));
    }
    EXPECT_FALSE(mostly_moved_by(before, mixed, k_all, by));
}

// Right or wrong, it changes what is found as little as where it is looked first.
TEST(MovedContent, TheLastWayIsAGuessOnly)
{
    const Frame before = noisy(18);
    for (const Point by : {Point{0, -40}, Point{90, 0}, Point{7, -12}}) {
        Frame now = before;
        shift(now, k_all, by);
        const auto unguided = find_moved_content(before, now, k_all, {});
        for (const Point last : {by, Point{0, -39}, Point{-3, 200}, Point{640, 480}}) {
            const auto moved = find_moved_content(before, now, k_all, {}, last);
            EXPECT_EQ(moved.by, unguided.by);
            EXPECT_EQ(moved.to, unguided.to);
        }
    }
    EXPECT_TRUE(find_moved_content(before, noisy(19), k_all, {}, {0, -40}).to.empty());
}

TEST(MovedContent, WhatHasChangedMeanwhileIsLeftOut)
{
    const Frame before = noisy(5);
    Frame now = before;
    shift(now, k_all, {0, -30});
    const Rect spot{200, 100, 70, 50};
    for (int y = spot.y; y < spot.bottom(); ++y) {
        std::fill_n(now.row(y) + spot.x, spot.width, 0x00445566);
    }
    const auto moved = find_moved_content(before, now, k_all, {});
    ASSERT_FALSE(moved.to.empty());
    for (const auto& rect : moved.to) {
        EXPECT_TRUE(rect.intersected(spot).empty());
    }
    Frame copied = before;
    copy(copied, moved);
    std::int64_t right = 0;
    for (const auto& rect : moved.to) {
        EXPECT_EQ(differing(copied, now, rect), 0);
        right += rect.area();
    }
    EXPECT_GT(right, k_all.area() * 8 / 10);
}

TEST(MovedContent, NothingIsTakenFromWhatIsStale)
{
    const Frame before = noisy(6);
    Frame now = before;
    shift(now, k_all, {0, -30});
    const Region stale{Rect{300, 200, 40, 40}};
    const auto moved = find_moved_content(before, now, k_all, stale);
    ASSERT_FALSE(moved.to.empty());
    for (const auto& rect : moved.to) {
        EXPECT_FALSE(stale.intersects({rect.x, rect.y + 30, rect.width, rect.height}));
    }
}

TEST(MovedContent, TheTopOctetDoesNotCount)
{
    const Frame before = noisy(7);
    Frame now = before;
    shift(now, k_all, {0, -30});
    for (auto& pixel : now.pixels) {
        pixel ^= 0x5a000000;
    }
    EXPECT_EQ(find_moved_content(before, now, k_all, {}).by, (Point{0, -30}));
}

} // namespace
} // namespace gds
