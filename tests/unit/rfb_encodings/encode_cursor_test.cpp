// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encode_cursor.h"

#include "fakes/pictures.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

CursorShape shape_of(Size size, Point hotspot, std::vector<std::uint32_t> pixels)
{
    CursorShape shape;
    shape.size = size;
    shape.hotspot = hotspot;
    shape.pixels = std::move(pixels);
    return shape;
}

TEST(Cursor, PixelsThenMask)
{
    const CursorShape shape =
        shape_of({3, 2}, {1, 1}, {0xff112233, 0x00000000, 0x80402010, 0x7f7f7f7f, 0xffffffff, 0});
    const EncodedRect encoded = encode_cursor(shape, {});
    EXPECT_EQ(encoded.encoding, -239);
    EXPECT_EQ(encoded.rect, (Rect{1, 1, 3, 2}));
    EXPECT_EQ(encoded.payload,
              (Bytes{0x33, 0x22, 0x11, 0, 0,    0,    0,    0, 0x20, 0x40, 0x80, 0, //
                     0,    0,    0,    0, 0xff, 0xff, 0xff, 0, 0,    0,    0,    0, 0xa0, 0x40}));
}

TEST(Cursor, RowsOfTheMaskBeginWithAnOctet)
{
    std::vector<std::uint32_t> pixels(std::size_t{9} * 2, 0xff000000);
    const EncodedRect encoded = encode_cursor(shape_of({9, 2}, {0, 0}, pixels),
                                              fakes::format_of(8, 8, false, 7, 7, 3, 0, 3, 6));
    ASSERT_EQ(encoded.payload.size(), 18U + 4);
    EXPECT_EQ(Bytes(encoded.payload.end() - 4, encoded.payload.end()),
              (Bytes{0xff, 0x80, 0xff, 0x80}));
}

TEST(Cursor, EveryFormat)
{
    for (const PixelFormat& format : fakes::all_formats()) {
        const EncodedRect encoded = encode_cursor(
            shape_of({5, 7}, {0, 0}, std::vector<std::uint32_t>(35, 0xff123456)), format);
        EXPECT_EQ(encoded.payload.size(),
                  35U * static_cast<unsigned>(format.bytes_per_pixel()) + 7);
    }
}

TEST(Cursor, ComponentsBeyondAlphaStayWithinTheirOctet)
{
    const EncodedRect encoded = encode_cursor(shape_of({1, 1}, {0, 0}, {0x80ff80ff}), {});
    EXPECT_EQ(encoded.payload, (Bytes{0xff, 0xff, 0xff, 0x00, 0x80}));
}

TEST(Cursor, EmptyShapeHidesThePointer)
{
    EXPECT_EQ(encode_cursor({}, {}).rect, Rect{});
    EXPECT_TRUE(encode_cursor({}, {}).payload.empty());
    EXPECT_EQ(encode_cursor_with_alpha({}).rect, Rect{});
    EXPECT_EQ(encode_cursor_with_alpha({}).payload, (Bytes{0, 0, 0, 0}));
}

TEST(Cursor, ShapeThatContradictsItselfHidesThePointer)
{
    const CursorShape shape = shape_of({4, 4}, {0, 0}, std::vector<std::uint32_t>(15));
    EXPECT_EQ(encode_cursor(shape, {}).rect, Rect{});
    EXPECT_TRUE(encode_cursor(shape, {}).payload.empty());
    EXPECT_EQ(encode_cursor_with_alpha(shape).rect, Rect{});
    EXPECT_EQ(encode_cursor(shape_of({-4, 4}, {0, 0}, {}), {}).rect, Rect{});
    EXPECT_EQ(
        encode_cursor(shape_of({70000, 1}, {0, 0}, std::vector<std::uint32_t>(70000)), {}).rect,
        Rect{});
}

TEST(Cursor, HotspotIsBroughtWithin)
{
    const CursorShape shape = shape_of({2, 2}, {-3, 9}, std::vector<std::uint32_t>(4));
    EXPECT_EQ(encode_cursor(shape, {}).rect, (Rect{0, 1, 2, 2}));
    EXPECT_EQ(encode_cursor_with_alpha(shape).rect, (Rect{0, 1, 2, 2}));
}

TEST(CursorWithAlpha, IsRawAndRedGreenBlueAlpha)
{
    const EncodedRect encoded =
        encode_cursor_with_alpha(shape_of({2, 1}, {1, 0}, {0x80402010, 0xff112233}));
    EXPECT_EQ(encoded.encoding, -314);
    EXPECT_EQ(encoded.rect, (Rect{1, 0, 2, 1}));
    EXPECT_EQ(encoded.payload, (Bytes{0, 0, 0, 0, 0x40, 0x20, 0x10, 0x80, 0x11, 0x22, 0x33, 0xff}));
}

} // namespace
} // namespace gds
