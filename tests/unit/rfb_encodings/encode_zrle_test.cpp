// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::Content;

std::vector<int> subencodings_of(const Frame& frame, const PixelFormat& format = {})
{
    EncodeParams params;
    params.format = format;
    fakes::RfbDecoder decoder(frame.size, format);
    for (const EncodedRect& rect :
         fakes::encode_rect(zrle_encoder(), frame, Rect::of(frame.size), params)) {
        decoder.decode(rect);
    }
    for (int y = 0; y < frame.size.height; ++y) {
        for (int x = 0; x < frame.size.width; ++x) {
            EXPECT_EQ(decoder.picture.at(x, y), fakes::value_of(frame.row(y)[x], format));
        }
    }
    return decoder.zrle_subencodings;
}

Bytes tiles_of(const Frame& frame, const PixelFormat& format = {})
{
    EncodeParams params;
    params.format = format;
    const auto rects = fakes::encode_rect(zrle_encoder(), frame, Rect::of(frame.size), params);
    EXPECT_EQ(rects.size(), 1U);
    fakes::ZlibStream stream;
    stream.feed(Bytes{0x78, 0x01});
    return stream.feed(rects[0].payload);
}

// One row of the given pixels.
Frame row_of(const std::vector<std::uint32_t>& pixels)
{
    Frame frame(Size{static_cast<int>(pixels.size()), 1});
    frame.pixels = pixels;
    return frame;
}

TEST(Zrle, NumberIsSixteen) { EXPECT_EQ(zrle_encoder().encoding(), 16); }

TEST(Zrle, SolidTile)
{
    EXPECT_EQ(subencodings_of(fakes::picture(Content::solid, {130, 65}, 1)),
              std::vector<int>(6, 1));
    EXPECT_EQ(tiles_of(row_of({0x112233, 0xff112233})), (Bytes{1, 0x33, 0x22, 0x11}));
}

TEST(Zrle, PackedPalettes)
{
    const std::uint32_t a = 0x111111;
    const std::uint32_t b = 0x222222;
    const std::uint32_t c = 0x333333;
    EXPECT_EQ(tiles_of(row_of({a, b, a, a, b, b, a, b, b, a, a, b, a, b, a, b, a})),
              (Bytes{2, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x4d, 0x95, 0x00}));
    EXPECT_EQ(tiles_of(row_of({a, b, c, a, b, c, a, b, c})),
              (Bytes{3, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x33, 0x33, 0x33, 0x18, 0x61, 0x80}));
    const Frame five = row_of({1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5});
    const Bytes packed = tiles_of(five);
    EXPECT_EQ(packed[0], 5);
    EXPECT_EQ(packed.size(), 1U + 15 + 10);
    EXPECT_EQ(packed[16], 0x01);
    EXPECT_EQ(packed[17], 0x23);
}

TEST(Zrle, PlainRuns)
{
    // Many colours in long runs: more than a palette holds.
    Frame frame(Size{64, 64});
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
        frame.pixels[i] = static_cast<std::uint32_t>(i / 20) * 0x010203U;
    }
    EXPECT_EQ(subencodings_of(frame), std::vector<int>{128});
}

TEST(Zrle, PaletteRuns)
{
    Frame frame(Size{64, 64});
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
        frame.pixels[i] = static_cast<std::uint32_t>(i / 9 % 50) * 0x010203U;
    }
    EXPECT_EQ(subencodings_of(frame), std::vector<int>{128 + 50});
}

// Lengths around the multiples of 255, where the octets of a length change.
TEST(Zrle, RunLengths)
{
    for (const int length : {1, 2, 254, 255, 256, 257, 509, 510, 511, 512, 1000, 4000}) {
        Frame frame(Size{64, 64});
        std::fill_n(frame.pixels.begin(), length, 0x123456);
        for (std::size_t i = static_cast<std::size_t>(length); i < frame.pixels.size(); ++i) {
            frame.pixels[i] = static_cast<std::uint32_t>(i / 40) * 0x010305U;
        }
        const auto used = subencodings_of(frame);
        ASSERT_EQ(used.size(), 1U);
        EXPECT_GE(used[0], 128);
    }
}

TEST(Zrle, NoiseIsRaw)
{
    EXPECT_EQ(subencodings_of(fakes::picture(Content::noise, {128, 64}, 1)),
              (std::vector<int>{0, 0}));
}

TEST(Zrle, CpixelTakesTheOctetsThatCarryColour)
{
    const Frame pixel = row_of({0x112233});
    using fakes::format_of;
    const auto cpixel = [&](const PixelFormat& format) {
        const Bytes tile = tiles_of(pixel, format);
        EXPECT_EQ(tile[0], 1);
        return Bytes(tile.begin() + 1, tile.end());
    };
    // Least significant octets.
    EXPECT_EQ(cpixel(format_of(32, 24, false, 255, 255, 255, 16, 8, 0)), (Bytes{0x33, 0x22, 0x11}));
    EXPECT_EQ(cpixel(format_of(32, 24, true, 255, 255, 255, 16, 8, 0)), (Bytes{0x11, 0x22, 0x33}));
    // Most significant octets.
    EXPECT_EQ(cpixel(format_of(32, 24, false, 255, 255, 255, 24, 16, 8)),
              (Bytes{0x33, 0x22, 0x11}));
    EXPECT_EQ(cpixel(format_of(32, 24, true, 255, 255, 255, 24, 16, 8)), (Bytes{0x11, 0x22, 0x33}));
    // Neither, too deep, and not 32 bits: whole pixels.
    EXPECT_EQ(cpixel(format_of(32, 24, false, 255, 255, 255, 24, 8, 0)),
              (Bytes{0x33, 0x22, 0x00, 0x11}));
    EXPECT_EQ(cpixel(format_of(32, 32, false, 255, 255, 255, 16, 8, 0)),
              (Bytes{0x33, 0x22, 0x11, 0x00}));
    EXPECT_EQ(cpixel(format_of(16, 16, true, 31, 63, 31, 11, 5, 0)).size(), 2U);
    EXPECT_EQ(cpixel(format_of(8, 8, false, 7, 7, 3, 0, 3, 6)).size(), 1U);
    // Both: by convention the least significant ones.
    EXPECT_EQ(cpixel(format_of(32, 16, true, 31, 63, 31, 19, 13, 8)).size(), 3U);
    const Bytes both = cpixel(format_of(32, 8, true, 7, 7, 3, 8, 11, 14));
    EXPECT_EQ(both.size(), 3U);
    EXPECT_EQ(both[2], 0);
}

TEST(Zrle, ScreenTextIsSmall)
{
    const Frame frame = fakes::picture(Content::two_colours, {256, 256}, 1);
    const auto rects = fakes::encode_rect(zrle_encoder(), frame, Rect::of(frame.size), {});
    ASSERT_EQ(rects.size(), 1U);
    EXPECT_LT(rects[0].payload.size(), 256U * 256 / 8 + 200);
}

} // namespace
} // namespace gds
