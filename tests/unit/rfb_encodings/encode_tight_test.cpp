// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"
#include "rfb/photo_jpeg.h"

#include <cmath>

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::Content;
using fakes::format_of;

EncodeParams with(const PixelFormat& format, int quality_level = -1)
{
    EncodeParams params;
    params.format = format;
    params.quality_level = quality_level;
    return params;
}

EncodedRect only_rect(const Frame& frame, const EncodeParams& params)
{
    auto rects = fakes::encode_rect(tight_encoder(), frame, Rect::of(frame.size), params);
    EXPECT_EQ(rects.size(), 1U);
    return std::move(rects[0]);
}

Frame row_of(const std::vector<std::uint32_t>& pixels)
{
    Frame frame(Size{static_cast<int>(pixels.size()), 1});
    frame.pixels = pixels;
    return frame;
}

TEST(Tight, NumberIsSeven) { EXPECT_EQ(tight_encoder().encoding(), 7); }

TEST(Tight, OneColourIsFill)
{
    const Frame frame = row_of({0x112233, 0xff112233, 0x99112233});
    EXPECT_EQ(only_rect(frame, {}).payload, (Bytes{0x80, 0x11, 0x22, 0x33}));
    EXPECT_EQ(only_rect(frame, with(format_of(16, 16, false, 31, 63, 31, 11, 5, 0))).payload,
              (Bytes{0x80, 0x06, 0x11}));
    EXPECT_EQ(only_rect(frame, with(format_of(8, 8, false, 7, 7, 3, 0, 3, 6))).payload,
              (Bytes{0x80, 0x48}));
}

TEST(Tight, TpixelIsRedGreenBlueWhateverTheShifts)
{
    const Frame frame = row_of({0x112233});
    for (const bool big_endian : {false, true}) {
        for (const auto& format : {format_of(32, 24, big_endian, 255, 255, 255, 0, 8, 16),
                                   format_of(32, 24, big_endian, 255, 255, 255, 24, 16, 8),
                                   format_of(32, 24, big_endian, 255, 255, 255, 3, 21, 11)}) {
            EXPECT_EQ(only_rect(frame, with(format)).payload, (Bytes{0x80, 0x11, 0x22, 0x33}));
        }
    }
    EXPECT_EQ(only_rect(frame, with(format_of(32, 32, false, 255, 255, 255, 16, 8, 0))).payload,
              (Bytes{0x80, 0x33, 0x22, 0x11, 0x00}));
    EXPECT_EQ(only_rect(frame, with(format_of(32, 24, true, 127, 255, 255, 16, 8, 0))).payload,
              (Bytes{0x80, 0x00, 0x08, 0x22, 0x33}));
}

TEST(Tight, TwoColoursTakeABitEach)
{
    const std::uint32_t a = 0x111111;
    const std::uint32_t b = 0x222222;
    // Below twelve octets: as it is, no length, no reset.
    EXPECT_EQ(only_rect(row_of({a, b, a, a, b, b, a, b, b}), {}).payload,
              (Bytes{0x50, 1, 1, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x4d, 0x80}));
}

TEST(Tight, CompressedBodyResetsItsStreamAndBeginsWithAHeader)
{
    const auto check = [](const Frame& frame, std::uint8_t control, std::size_t before_length) {
        const Bytes payload = only_rect(frame, {}).payload;
        EXPECT_EQ(payload[0], control);
        std::size_t at = before_length;
        while ((payload[at] & 0x80) != 0 && at < before_length + 2) {
            ++at;
        }
        EXPECT_EQ(payload[at + 1], 0x78);
        EXPECT_EQ(payload[at + 2], 0x01);
    };
    check(fakes::picture(Content::noise, {64, 64}, 1), 0x01, 1);
    check(fakes::picture(Content::two_colours, {64, 64}, 1), 0x52, 3 + 6);
    Frame three(Size{64, 64});
    for (std::size_t i = 0; i < three.pixels.size(); ++i) {
        three.pixels[i] = static_cast<std::uint32_t>(i % 3);
    }
    check(three, 0x64, 3 + 9);
}

TEST(Tight, PaletteUpTo256Colours)
{
    for (const std::uint32_t colours : {3U, 255U, 256U, 257U}) {
        Frame frame(Size{128, 64});
        for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
            frame.pixels[i] = static_cast<std::uint32_t>(i) % colours * 0x010101U;
        }
        const Bytes payload = only_rect(frame, {}).payload;
        if (colours <= 256) {
            EXPECT_EQ(payload[0], 0x64) << colours;
            EXPECT_EQ(payload[2], colours - 1) << colours;
        } else {
            EXPECT_EQ(payload[0], 0x01) << colours;
        }
    }
}

TEST(Tight, PaletteThatDoesNotPayIsLeft)
{
    // As many colours as pixels.
    EXPECT_EQ(only_rect(row_of({1, 2, 3, 4, 5, 6, 7, 8}), {}).payload[0], 0x01);
    EXPECT_EQ(only_rect(row_of({1, 2, 3}), {}).payload, (Bytes{0x00, 0, 0, 1, 0, 0, 2, 0, 0, 3}));
    // One octet a pixel already.
    const Frame frame = fakes::picture(Content::many_colours, {64, 64}, 1);
    EXPECT_EQ(only_rect(frame, with(format_of(8, 8, false, 7, 7, 3, 0, 3, 6))).payload[0], 0x01);
}

TEST(Tight, LengthsInOneTwoAndThreeOctets)
{
    int seen[4] = {};
    for (const int side : {8, 12, 40, 80, 200}) {
        const Bytes payload =
            only_rect(fakes::picture(Content::noise, {side, side}, 1), {}).payload;
        std::size_t octets = 1;
        while (octets < 3 && (payload[octets] & 0x80) != 0) {
            ++octets;
        }
        ++seen[octets];
    }
    const Bytes small = only_rect(row_of({1, 2, 3, 4, 5}), {}).payload;
    EXPECT_LT(small[1], 0x80);
    EXPECT_GT(seen[2], 0);
    EXPECT_GT(seen[3], 0);
}

// The format has room for 22 bits of length and 2048 pixels of width.
TEST(Tight, RectanglesStayWithinTheLimits)
{
    const Frame frame = fakes::picture(Content::noise, {2100, 260}, 1);
    Region covered;
    for (const EncodedRect& rect :
         fakes::encode_rect(tight_encoder(), frame, Rect::of(frame.size), {})) {
        EXPECT_LE(rect.rect.width, 256);
        EXPECT_LE(rect.rect.height, 256);
        EXPECT_LE(rect.payload.size(), 256U * 256 * 3 + 400);
        EXPECT_FALSE(covered.intersects(rect.rect));
        covered.add(rect.rect);
    }
    EXPECT_EQ(covered, Region(Rect::of(frame.size)));
}

TEST(Tight, PhotosAreJpegWhenTheClientNamesAQuality)
{
    const Frame frame = fakes::picture(Content::photo, {256, 256}, 1);
    const std::size_t lossless = only_rect(frame, {}).payload.size();
    std::size_t smaller = 0;
    for (int level = 0; level <= 9; ++level) {
        const Bytes payload = only_rect(frame, with({}, level)).payload;
        EXPECT_EQ(payload[0], 0x90) << level;
        EXPECT_GT(payload.size(), smaller) << level;
        EXPECT_LT(payload.size(), lossless) << level;
        smaller = payload.size();
    }
    EXPECT_EQ(only_rect(frame, with(format_of(16, 16, false, 31, 63, 31, 11, 5, 0), 5)).payload[0],
              0x90);
}

// ISO/IEC 10918-1, B.2.2: the first component's sampling factors in the frame header.
int sampling_of(ByteView payload)
{
    const std::uint8_t begin[] = {0xff, 0xc0};
    const auto header = std::ranges::search(payload, begin);
    return header.empty() ? -1 : *(header.begin() + 11);
}

TEST(Tight, TheLevelsMeanWhatViewersMean)
{
    const Frame frame = fakes::picture(Content::photo, {256, 256}, 1);
    for (int level = 0; level <= 9; ++level) {
        const int expected = level < 3 ? 0x22 : level < 6 ? 0x21 : 0x11;
        EXPECT_EQ(sampling_of(only_rect(frame, with({}, level)).payload), expected) << level;
    }
}

TEST(Tight, NoJpegWithoutAQualityNorWithEightBits)
{
    const Frame frame = fakes::picture(Content::photo, {128, 128}, 1);
    EXPECT_EQ(only_rect(frame, with({}, -1)).payload[0], 0x01);
    EXPECT_NE(only_rect(frame, with(format_of(8, 8, false, 7, 7, 3, 0, 3, 6), 9)).payload[0], 0x90);
}

TEST(Tight, NoJpegForWhatIsNoPhoto)
{
    for (const Content content : fakes::k_all_contents) {
        const Frame frame = fakes::picture(content, {256, 256}, 4);
        EXPECT_EQ(looks_like_photo(frame, Rect::of(frame.size)), content == Content::photo)
            << fakes::name_of(content);
    }
    // A painted gradient: soft steps, but most neighbours are equal.
    Frame gradient(Size{128, 128});
    for (std::size_t i = 0; i < gradient.pixels.size(); ++i) {
        gradient.pixels[i] = static_cast<std::uint32_t>(i % 128 / 3 + i / 128) * 0x010101U;
    }
    EXPECT_FALSE(looks_like_photo(gradient, Rect::of(gradient.size)));
    const Frame small = fakes::picture(Content::photo, {16, 16}, 1);
    EXPECT_FALSE(looks_like_photo(small, Rect::of(small.size)));
}

TEST(Tight, JpegShowsThePicture)
{
    const Frame frame = fakes::picture(Content::photo, {300, 200}, 1);
    double last_error = 1e9;
    for (const int level : {0, 5, 9}) {
        fakes::RfbDecoder decoder(frame.size, {});
        for (const auto& rect :
             fakes::encode_rect(tight_encoder(), frame, Rect::of(frame.size), with({}, level))) {
            decoder.decode(rect);
        }
        double sum = 0;
        for (int y = 0; y < frame.size.height; ++y) {
            for (int x = 0; x < frame.size.width; ++x) {
                for (const unsigned shift : {16U, 8U, 0U}) {
                    const double difference =
                        static_cast<double>((decoder.picture.at(x, y) >> shift) & 255) -
                        static_cast<double>((frame.row(y)[x] >> shift) & 255);
                    sum += difference * difference;
                }
            }
        }
        const double error = std::sqrt(sum / (300.0 * 200 * 3));
        EXPECT_LT(error, last_error);
        last_error = error;
    }
    EXPECT_LT(last_error, 3);
}

// The same octets for every client with three-octet TPIXELs.
TEST(Tight, OneResultServesEveryLayout)
{
    const Frame frame = fakes::picture(Content::text, {100, 100}, 1);
    EXPECT_EQ(only_rect(frame, with(format_of(32, 24, false, 255, 255, 255, 16, 8, 0))).payload,
              only_rect(frame, with(format_of(32, 24, true, 255, 255, 255, 0, 8, 16))).payload);
}

} // namespace
} // namespace gds
