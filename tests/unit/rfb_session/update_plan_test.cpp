// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/update_plan.h"

#include "rfb/rect_pieces.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

bool covers(const std::vector<Rect>& rects, const Region& region)
{
    Region left = region;
    for (const auto& rect : rects) {
        left.subtract(Region{rect});
    }
    return left.empty();
}

Cursor pointer_at(Point position, std::uint32_t argb)
{
    auto shape = std::make_shared<CursorShape>();
    shape->size = {4, 4};
    shape->hotspot = {1, 1};
    shape->pixels.assign(16, argb);
    return {shape, position};
}

FramePtr plain_frame(Size size, std::uint32_t colour)
{
    auto frame = std::make_shared<Frame>(size);
    std::fill(frame->pixels.begin(), frame->pixels.end(), colour);
    return frame;
}

TEST(FewRects, CoverTheRegionWithFewAndStayNearIt)
{
    EXPECT_TRUE(few_rects({}).empty());
    EXPECT_EQ(few_rects(Rect{5, 6, 7, 8}), (std::vector<Rect>{{5, 6, 7, 8}}));

    Region lines;
    for (int y = 0; y < 600; y += 20) {
        lines.add(Rect{10, y, 800, 12});
    }
    const auto merged = few_rects(lines);
    EXPECT_TRUE(covers(merged, lines));
    EXPECT_LE(merged.size(), k_max_update_rects);

    Region torn;
    for (int y = 0; y < 1000; y += 40) {
        for (int x = 0; x < 1500; x += 37) {
            torn.add(Rect{x, y, 3, 3});
        }
    }
    const auto gathered = few_rects(torn);
    EXPECT_TRUE(covers(gathered, torn));
    EXPECT_LE(gathered.size(), k_max_update_rects);
}

TEST(FewRects, KeepsFarCornersApart)
{
    Region corners{Rect{0, 0, 10, 10}};
    corners.add(Rect{1900, 1000, 10, 10});
    EXPECT_EQ(few_rects(corners).size(), 2U);
}

std::int64_t pixels_of(const std::vector<Piece>& pieces)
{
    std::int64_t pixels = 0;
    for (const auto& piece : pieces) {
        pixels += piece.from.area();
    }
    return pixels;
}

TEST(PlanUpdate, CutsIntoPiecesOfBoundedSize)
{
    const auto frame = plain_frame({3000, 2000}, 0);
    const auto pieces = plan_update(Rect{0, 0, 3000, 2000}, frame, {});
    EXPECT_EQ(pixels_of(pieces), 6'000'000);
    for (const auto& piece : pieces) {
        EXPECT_LE(piece.from.width, k_piece_side);
        EXPECT_LE(piece.from.height, k_piece_side);
        EXPECT_EQ(piece.at, (Point{piece.from.x, piece.from.y}));
        EXPECT_EQ(piece.source, frame);
    }
}

TEST(PlanUpdate, IsBlackBeyondThePicture)
{
    const auto frame = plain_frame({10, 10}, 0xabcdef);
    std::int64_t black = 0;
    std::int64_t seen = 0;
    for (const auto& piece : plan_update(Rect{0, 0, 20, 20}, frame, {})) {
        const bool beyond = piece.at.x >= 10 || piece.at.y >= 10;
        (beyond ? black : seen) += piece.from.area();
        EXPECT_EQ(piece.source == nullptr, beyond);
    }
    EXPECT_EQ(seen, 100);
    EXPECT_EQ(black, 300);
}

TEST(PlanUpdate, DrawsTheCursorIn)
{
    const auto frame = plain_frame({40, 40}, 0x202020);
    const auto overlay = draw_cursor(*frame, pointer_at({20, 10}, 0xff112233));
    EXPECT_EQ(overlay.area(), (Rect{19, 9, 4, 4}));
    const auto pieces = plan_update(Rect{0, 0, 40, 40}, frame, overlay);
    EXPECT_EQ(pixels_of(pieces), 1600);
    for (const auto& piece : pieces) {
        const bool cursor = piece.source == overlay.picture;
        const Rect at{piece.at.x, piece.at.y, piece.from.width, piece.from.height};
        EXPECT_EQ(cursor, at == overlay.area());
        EXPECT_EQ(piece.from, cursor ? (Rect{0, 0, 4, 4}) : at);
    }
}

TEST(DrawCursor, BlendsAndIsCutAtTheEdges)
{
    const auto frame = plain_frame({40, 40}, 0xff8040);
    const auto half = draw_cursor(*frame, pointer_at({0, 0}, 0x80000000));
    EXPECT_EQ(half.area(), (Rect{0, 0, 3, 3}));
    EXPECT_EQ(half.picture->row(0)[0], 0x7f4020U);
    EXPECT_EQ(draw_cursor(*frame, pointer_at({40, 40}, 0xff000000)).area(), (Rect{39, 39, 1, 1}));
    EXPECT_TRUE(draw_cursor(*frame, pointer_at({500, 500}, 0xff000000)).area().empty());
    EXPECT_TRUE(draw_cursor(*frame, pointer_at({2147483647, 0}, 0)).area().empty());
    EXPECT_TRUE(draw_cursor(*frame, {}).area().empty());
    auto lying = std::make_shared<CursorShape>();
    lying->size = {100, 100};
    lying->pixels.resize(3);
    EXPECT_TRUE(draw_cursor(*frame, {lying, {5, 5}}).area().empty());
}

} // namespace
} // namespace gds
