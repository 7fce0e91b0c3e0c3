// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/frame_pool.h"

#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

constexpr Size k_size{4, 3};

// Its pixels are those of the latest.
std::shared_ptr<Frame> next(FramePool& pool, Size size = k_size)
{
    auto draft = pool.draft(size, {});
    if (!draft.frame) {
        draft.frame = std::make_shared<Frame>(size);
    }
    if (!draft.missed.empty()) {
        copy_region(*pool.latest(), *draft.frame, draft.missed);
    }
    return draft.frame;
}

FramePtr draw(FramePool& pool, const Rect& rect, std::uint32_t colour)
{
    const auto frame = next(pool);
    for (int y = rect.y; y < rect.bottom(); ++y) {
        for (int x = rect.x; x < rect.right(); ++x) {
            frame->row(y)[x] = colour;
        }
    }
    return pool.publish(frame, rect);
}

TEST(FramePool, StartsBlackAndWhollyDamaged)
{
    FramePool pool;
    const auto frame = next(pool);
    EXPECT_EQ(frame->pixels, std::vector<std::uint32_t>(12, 0));
    const auto published = pool.publish(frame, Region{});
    EXPECT_EQ(published->damage, Region{Rect::of(k_size)});
    EXPECT_EQ(published->serial, 1U);
    EXPECT_EQ(pool.latest(), published);
}

TEST(FramePool, APublishedFrameIsNeverWrittenAgainWhileHeld)
{
    FramePool pool;
    const auto first = draw(pool, Rect::of(k_size), 1);
    const auto second = draw(pool, {0, 0, 1, 1}, 2);
    const auto third = draw(pool, {1, 0, 1, 1}, 3);
    EXPECT_EQ(first->row(0)[0], 1U);
    EXPECT_EQ(second->row(0)[0], 2U);
    EXPECT_EQ(second->row(0)[1], 1U);
    EXPECT_EQ(third->row(0)[0], 2U);
    EXPECT_EQ(third->row(0)[1], 3U);
    EXPECT_EQ(third->serial, 3U);
}

TEST(FramePool, UsesReleasedFramesAgain)
{
    FramePool pool;
    for (std::uint32_t i = 0; i < 20; ++i) {
        draw(pool, {static_cast<int>(i % 4), 0, 1, 1}, i);
    }
    EXPECT_LE(pool.size(), 2U);
}

TEST(FramePool, ARecycledFrameGetsAllThatItMissed)
{
    FramePool pool;
    std::vector<std::uint32_t> expected(12, 0);
    FramePtr held;
    for (std::uint32_t i = 0; i < 50; ++i) {
        const Rect rect{static_cast<int>(i % 3), static_cast<int>(i % 2), 2, 1};
        const auto frame = draw(pool, rect, i);
        for (int x = rect.x; x < rect.right(); ++x) {
            expected[static_cast<std::size_t>(rect.y * 4 + x)] = i;
        }
        EXPECT_EQ(frame->pixels, expected) << i;
        if (i % 7 == 0) {
            held = frame;
        }
    }
}

TEST(FramePool, TellsWhatAFrameMissed)
{
    FramePool pool;
    draw(pool, Rect::of(k_size), 1);
    draw(pool, Rect::of(k_size), 2);
    draw(pool, {0, 0, 4, 2}, 3);
    const auto draft = pool.draft(k_size, Rect{0, 2, 4, 1});
    EXPECT_EQ(draft.missed, (Region{Rect{0, 0, 4, 2}}));
    EXPECT_EQ(draft.frame->row(2)[0], 2U);
}

TEST(FramePool, AllOfANewFrameIsMissed)
{
    FramePool pool;
    const auto held = draw(pool, Rect::of(k_size), 1);
    const auto draft = pool.draft(k_size, Rect{0, 0, 1, 1});
    EXPECT_EQ(draft.frame, nullptr);
    EXPECT_EQ(draft.missed, Region{Rect::of(k_size)});
}

TEST(FramePool, WhatWasNotFinishedIsMissed)
{
    FramePool pool;
    draw(pool, Rect::of(k_size), 1);
    draw(pool, Rect::of(k_size), 2);
    draw(pool, {0, 0, 4, 1}, 3);
    pool.draft(k_size, Rect{0, 2, 4, 1}).frame->row(2)[0] = 9;
    EXPECT_EQ(pool.draft(k_size, {}).missed, Region::of({{0, 0, 4, 1}, {0, 2, 4, 1}}));
}

TEST(FramePool, WhatWasKeptMissedNothing)
{
    FramePool pool;
    draw(pool, Rect::of(k_size), 1);
    pool.keep(next(pool));
    EXPECT_EQ(pool.size(), 2U);
    const auto draft = pool.draft(k_size, Rect::of(k_size));
    EXPECT_NE(draft.frame, nullptr);
    EXPECT_TRUE(draft.missed.empty());
}

TEST(FramePool, KeepsFewFramesThatNobodyHolds)
{
    FramePool pool;
    std::vector<FramePtr> held;
    for (std::uint32_t i = 0; i < 10; ++i) {
        held.push_back(draw(pool, {0, 0, 1, 1}, i));
    }
    EXPECT_GE(pool.size(), 10U);
    held.clear();
    draw(pool, {0, 0, 1, 1}, 99);
    EXPECT_LE(pool.size(), 4U);
}

TEST(FramePool, AnotherSizeStartsOver)
{
    FramePool pool;
    draw(pool, Rect::of(k_size), 7);
    const auto frame = next(pool, {5, 5});
    EXPECT_EQ(frame->pixels, std::vector<std::uint32_t>(25, 0));
    const auto published = pool.publish(frame, Rect{0, 0, 1, 1});
    EXPECT_EQ(published->damage, (Region{Rect{0, 0, 5, 5}}));
    EXPECT_EQ(published->serial, 2U);
    EXPECT_EQ(pool.size(), 1U);
}

TEST(FramePool, AFrameThatWasNotPublishedIsAskedForAgain)
{
    FramePool pool;
    draw(pool, Rect::of(k_size), 7);
    draw(pool, Rect::of(k_size), 8);
    const auto* first = next(pool).get();
    EXPECT_EQ(next(pool).get(), first);
}

std::shared_ptr<Frame> lent(const std::vector<std::uint32_t>& pixels)
{
    return std::make_shared<Frame>(k_size, pixels.data(), k_size.width, nullptr);
}

TEST(FramePool, NeverDrawsIntoWhatIsLent)
{
    const std::vector<std::uint32_t> pixels(12, 9);
    FramePool pool;
    draw(pool, Rect::of(k_size), 1);
    pool.publish_lent(lent(pixels), Rect{1, 1, 2, 1});
    EXPECT_EQ(pool.latest()->serial, 2U);
    EXPECT_EQ(pool.latest()->damage, (Region{Rect{1, 1, 2, 1}}));
    EXPECT_EQ(pool.latest()->row(2)[3], 9U);
    const auto draft = pool.draft(k_size, {});
    ASSERT_TRUE(draft.frame);
    EXPECT_EQ(draft.frame->pixels.size(), 12U);
    EXPECT_EQ(draft.missed, (Region{Rect{1, 1, 2, 1}}));
}

TEST(FramePool, KeepsOneFrameBesideWhatIsLent)
{
    const std::vector<std::uint32_t> pixels(12, 9);
    FramePool pool;
    std::vector<FramePtr> held;
    for (std::uint32_t i = 0; i < 3; ++i) {
        held.push_back(draw(pool, Rect::of(k_size), i));
    }
    held.clear();
    pool.publish_lent(lent(pixels), Rect::of(k_size));
    EXPECT_EQ(pool.size(), 1U);
}

} // namespace
} // namespace gds
