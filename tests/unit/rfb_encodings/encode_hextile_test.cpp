// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::Content;
using fakes::format_of;

// Bits of a tile's first octet.
constexpr int k_raw = 1;
constexpr int k_background = 2;
constexpr int k_foreground = 4;
constexpr int k_subrects = 8;
constexpr int k_coloured = 16;

constexpr std::uint32_t a = 0x111111;
constexpr std::uint32_t b = 0x222222;
constexpr std::uint32_t c = 0x333333;

std::vector<EncodedRect> encode(const Frame& frame, const PixelFormat& format = {})
{
    EncodeParams params;
    params.format = format;
    return fakes::encode_rect(hextile_encoder(), frame, Rect::of(frame.size), params);
}

// How each tile was sent; what it shows has been compared.
std::vector<int> subencodings_of(const Frame& frame, const PixelFormat& format = {})
{
    fakes::RfbDecoder decoder(frame.size, format);
    for (const EncodedRect& rect : encode(frame, format)) {
        decoder.decode(rect);
    }
    for (int y = 0; y < frame.size.height; ++y) {
        for (int x = 0; x < frame.size.width; ++x) {
            EXPECT_EQ(decoder.picture.at(x, y), fakes::value_of(frame.row(y)[x], format));
        }
    }
    return decoder.hextile_subencodings;
}

Bytes only_payload(const Frame& frame, const PixelFormat& format = {})
{
    const auto rects = encode(frame, format);
    EXPECT_EQ(rects.size(), 1U);
    return rects[0].payload;
}

Frame filled(Size size, std::uint32_t pixel)
{
    Frame frame(size);
    frame.pixels.assign(frame.pixels.size(), pixel);
    return frame;
}

void paint(Frame& frame, const Rect& rect, std::uint32_t pixel)
{
    for (int y = rect.y; y < rect.bottom(); ++y) {
        std::fill_n(frame.row(y) + rect.x, rect.width, pixel);
    }
}

TEST(Hextile, NumberIsFive) { EXPECT_EQ(hextile_encoder().encoding(), 5); }

TEST(Hextile, BackgroundIsSentOnce)
{
    const Frame frame = fakes::picture(Content::solid, {40, 17}, 1);
    EXPECT_EQ(subencodings_of(frame), (std::vector<int>{k_background, 0, 0, 0, 0, 0}));
    EXPECT_EQ(only_payload(filled({33, 1}, 0xff112233)), (Bytes{2, 0x33, 0x22, 0x11, 0, 0, 0}));
}

TEST(Hextile, EachRectangleBeginsAnew)
{
    const Frame frame = filled({300, 20}, a);
    const auto rects = encode(frame);
    ASSERT_GT(rects.size(), 1U);
    for (const EncodedRect& rect : rects) {
        EXPECT_EQ(rect.payload[0], k_background);
    }
}

TEST(Hextile, TwoColours)
{
    Frame frame = filled({16, 16}, a);
    paint(frame, {3, 2, 5, 7}, b);
    paint(frame, {15, 15, 1, 1}, b);
    EXPECT_EQ(only_payload(frame),
              (Bytes{k_background | k_foreground | k_subrects, 0x11, 0x11, 0x11, 0, 0x22, 0x22,
                     0x22, 0, 2, 0x32, 0x46, 0xff, 0x00}));
}

TEST(Hextile, ForegroundIsSentOnce)
{
    Frame frame = filled({48, 16}, a);
    paint(frame, {3, 2, 5, 7}, b);
    paint(frame, {40, 2, 5, 7}, b);
    EXPECT_EQ(subencodings_of(frame),
              (std::vector<int>{k_background | k_foreground | k_subrects, 0, k_subrects}));
}

// Which of two colours is the background is worth a pixel when it is the last tile's.
TEST(Hextile, KeepsTheBackgroundWhereThatIsSmaller)
{
    Frame frame = filled({32, 16}, a);
    paint(frame, {16, 0, 16, 16}, b);
    paint(frame, {16, 4, 16, 4}, a);
    EXPECT_EQ(subencodings_of(frame), (std::vector<int>{k_background, k_foreground | k_subrects}));
}

TEST(Hextile, ColouredSubrects)
{
    Frame frame = filled({16, 16}, a);
    paint(frame, {0, 0, 16, 1}, b);
    paint(frame, {0, 15, 2, 1}, c);
    EXPECT_EQ(only_payload(frame),
              (Bytes{k_background | k_subrects | k_coloured, 0x11, 0x11, 0x11, 0, 2, //
                     0x22, 0x22, 0x22, 0, 0x00, 0xf0, 0x33, 0x33, 0x33, 0, 0x0f, 0x10}));
}

TEST(Hextile, ForegroundIsSentAgainBehindColouredSubrects)
{
    Frame frame = filled({48, 16}, a);
    for (const int x : {0, 16, 32}) {
        paint(frame, {x + 3, 2, 5, 7}, b);
    }
    paint(frame, {20, 12, 2, 2}, c);
    EXPECT_EQ(subencodings_of(frame),
              (std::vector<int>{k_background | k_foreground | k_subrects, k_subrects | k_coloured,
                                k_foreground | k_subrects}));
}

TEST(Hextile, ColoursAreSentAgainBehindPixels)
{
    Frame frame = filled({48, 16}, a);
    paint(frame, {1, 1, 2, 2}, b);
    paint(frame, {33, 1, 2, 2}, b);
    const Frame noise = fakes::picture(Content::noise, {16, 16}, 1);
    for (int y = 0; y < 16; ++y) {
        std::copy_n(noise.row(y), 16, frame.row(y) + 16);
    }
    const int both = k_background | k_foreground | k_subrects;
    EXPECT_EQ(subencodings_of(frame), (std::vector<int>{both, k_raw, both}));
}

// The colour that would take most rectangles, even where another covers more.
TEST(Hextile, BackgroundIsWhatWouldCostMost)
{
    Frame frame = filled({16, 16}, a);
    for (int y = 12; y < 16; ++y) {
        for (int x = 0; x < 16; ++x) {
            paint(frame, {x, y, 1, 1}, (x + y) % 2 == 0 ? b : c);
        }
    }
    EXPECT_EQ(only_payload(frame).size(), 1U + 4 + 1 + std::size_t{33} * 6);
}

TEST(Hextile, NoiseIsPixels)
{
    EXPECT_EQ(subencodings_of(fakes::picture(Content::noise, {30, 16}, 1)),
              (std::vector<int>{k_raw, k_raw}));
    EXPECT_EQ(subencodings_of(fakes::picture(Content::noise, {30, 16}, 1),
                              format_of(8, 8, false, 7, 7, 3, 0, 3, 6)),
              (std::vector<int>{k_raw, k_raw}));
}

// No tile is larger than its pixels and the octet before them.
TEST(Hextile, IsNeverLargerThanPixels)
{
    for (const auto& format : {PixelFormat{}, format_of(16, 16, false, 31, 63, 31, 11, 5, 0),
                               format_of(8, 8, false, 7, 7, 3, 0, 3, 6)}) {
        for (const Size size : {Size{1, 1}, Size{2, 1}, Size{3, 3}, Size{16, 16}, Size{17, 33}}) {
            for (const Content content : fakes::k_all_contents) {
                const Frame frame = fakes::picture(content, size, 3);
                const auto pixels = static_cast<std::size_t>(size.width * size.height);
                const auto tiles =
                    static_cast<std::size_t>((size.width + 15) / 16 * ((size.height + 15) / 16));
                EXPECT_LE(only_payload(frame, format).size(),
                          pixels * static_cast<unsigned>(format.bytes_per_pixel()) + tiles);
            }
        }
    }
}

TEST(Hextile, ACheckerboardIsHalfItsSquares)
{
    Frame frame(Size{16, 16});
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
        frame.pixels[i] = (i + i / 16) % 2 == 0 ? a : b;
    }
    EXPECT_EQ(only_payload(frame).size(), 1U + 4 + 4 + 1 + std::size_t{128} * 2);
    // One octet a pixel takes less as it is.
    EXPECT_EQ(subencodings_of(frame, format_of(8, 8, false, 7, 7, 3, 0, 3, 6)),
              std::vector<int>{k_raw});
    frame.pixels[0] = c;
    EXPECT_EQ(only_payload(frame).size(), 1U + 4 + 1 + std::size_t{128} * 6);
}

TEST(Hextile, ScreenTextIsSmall)
{
    const Frame frame = fakes::picture(Content::text, {256, 256}, 1);
    EXPECT_LT(only_payload(frame).size(), 256U * 256 * 5 / 2);
}

} // namespace
} // namespace gds
