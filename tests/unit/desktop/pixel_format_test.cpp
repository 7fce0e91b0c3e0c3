// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/pixel_format.h"

#include "desktop/pixel_packer.h"
#include "fakes/pictures.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::format_of;

TEST(PixelFormat, UsualFormatsAreValid)
{
    EXPECT_TRUE(is_valid(PixelFormat{}));
    for (const PixelFormat& format : fakes::all_formats()) {
        EXPECT_TRUE(is_valid(format)) << fakes::text_of(format);
    }
}

TEST(PixelFormat, UnusableFormatsAreNot)
{
    const PixelFormat good;
    const auto bad = [&](auto change) {
        PixelFormat format = good;
        change(format);
        return !is_valid(format);
    };
    for (const int bpp : {0, 1, 4, 7, 9, 15, 24, 31, 33, 64, 255}) {
        EXPECT_TRUE(bad([&](PixelFormat& f) { f.bits_per_pixel = static_cast<std::uint8_t>(bpp); }))
            << bpp;
    }
    EXPECT_TRUE(bad([](PixelFormat& f) { f.true_colour = false; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.depth = 33; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.depth = 0; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.red_max = 0; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.green_max = 254; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.blue_max = 256; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.red_shift = 25; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.red_shift = 32; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.red_shift = 255; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.red_shift = 8; }));
    EXPECT_TRUE(bad([](PixelFormat& f) { f.green_shift = 1; }));
    EXPECT_FALSE(is_valid(format_of(16, 16, false, 255, 255, 255, 16, 8, 0)));
    EXPECT_FALSE(is_valid(format_of(16, 24, false, 31, 63, 31, 11, 5, 0)));
    EXPECT_FALSE(is_valid(format_of(8, 8, false, 7, 7, 7, 6, 3, 0)));
    EXPECT_FALSE(is_valid(format_of(32, 32, false, 65535, 65535, 1, 16, 0, 15)));
}

TEST(PixelFormat, OctetsStandAsTheFormatSays)
{
    Frame frame(Size{1, 1});
    frame.row(0)[0] = 0xee112233;
    const auto octets = [&](const PixelFormat& format) {
        Bytes out{0x99};
        convert_pixels(frame, {0, 0, 1, 1}, format, out);
        return out;
    };
    EXPECT_EQ(octets(PixelFormat{}), (Bytes{0x99, 0x33, 0x22, 0x11, 0x00}));
    EXPECT_EQ(octets(format_of(32, 24, true, 255, 255, 255, 16, 8, 0)),
              (Bytes{0x99, 0x00, 0x11, 0x22, 0x33}));
    EXPECT_EQ(octets(format_of(32, 24, false, 255, 255, 255, 0, 8, 16)),
              (Bytes{0x99, 0x11, 0x22, 0x33, 0x00}));
    // 0x11, 0x22, 0x33 are 2, 8 and 6 of 31, 63, 31: 00010 001000 00110
    EXPECT_EQ(octets(format_of(16, 16, false, 31, 63, 31, 11, 5, 0)), (Bytes{0x99, 0x06, 0x11}));
    EXPECT_EQ(octets(format_of(16, 16, true, 31, 63, 31, 11, 5, 0)), (Bytes{0x99, 0x11, 0x06}));
    // 0, 1 and 1 of 7, 7, 3
    EXPECT_EQ(octets(format_of(8, 8, false, 7, 7, 3, 0, 3, 6)), (Bytes{0x99, 0x48}));
}

TEST(PixelFormat, BlackAndWhiteReachTheEnds)
{
    for (const PixelFormat& format : fakes::all_formats()) {
        const PixelPacker packer(format);
        const std::uint32_t pixels[2] = {0xff000000, 0x00ffffff};
        std::uint32_t values[2];
        packer.values(pixels, 2, values);
        EXPECT_EQ(values[0], 0U) << fakes::text_of(format);
        EXPECT_EQ(values[1], std::uint32_t{format.red_max} << format.red_shift |
                                 std::uint32_t{format.green_max} << format.green_shift |
                                 std::uint32_t{format.blue_max} << format.blue_shift)
            << fakes::text_of(format);
    }
}

// Every component in every width, rounded to nearest.
TEST(PixelFormat, EveryComponentIsRounded)
{
    std::vector<std::uint32_t> pixels(256);
    for (std::uint32_t i = 0; i < 256; ++i) {
        pixels[i] = 0x55000000 | i << 16 | (255 - i) << 8 | (i ^ 0x5a);
    }
    for (int bits = 1; bits <= 16; ++bits) {
        const int max = (1 << bits) - 1;
        for (const int place : {0, 1, 2}) {
            PixelFormat format = format_of(32, 32, false, 1, 1, 1, 31, 30, 29);
            (place == 0   ? format.red_max
             : place == 1 ? format.green_max
                          : format.blue_max) = static_cast<std::uint16_t>(max);
            (place == 0   ? format.red_shift
             : place == 1 ? format.green_shift
                          : format.blue_shift) = 3;
            ASSERT_TRUE(is_valid(format)) << fakes::text_of(format);
            std::vector<std::uint32_t> values(256);
            PixelPacker(format).values(pixels.data(), 256, values.data());
            for (std::size_t i = 0; i < 256; ++i) {
                ASSERT_EQ(values[i], fakes::value_of(pixels[i], format))
                    << fakes::text_of(format) << " " << i;
            }
        }
    }
}

TEST(PixelFormat, ConvertsEveryFormatAndWidth)
{
    for (const PixelFormat& format : fakes::all_formats()) {
        for (const int width : {1, 2, 3, 7, 8, 17, 64, 513, 1025}) {
            const Frame frame = fakes::picture(fakes::Content::noise, {width + 2, 4}, 3);
            const Rect rect{1, 1, width, 2};
            Bytes out;
            convert_pixels(frame, rect, format, out);
            const int octets = format.bytes_per_pixel();
            ASSERT_EQ(out.size(), static_cast<std::size_t>(width * 2 * octets));
            std::size_t at = 0;
            for (int y = rect.y; y < rect.bottom(); ++y) {
                for (int x = rect.x; x < rect.right(); ++x) {
                    std::uint32_t value = 0;
                    for (int i = 0; i < octets; ++i) {
                        const unsigned shift =
                            8U * static_cast<unsigned>(format.big_endian ? octets - 1 - i : i);
                        value |= std::uint32_t{out[at++]} << shift;
                    }
                    ASSERT_EQ(value, fakes::value_of(frame.row(y)[x], format))
                        << fakes::text_of(format) << " at " << x << "," << y;
                }
            }
        }
    }
}

TEST(PixelPacker, KeepsTheLowOctetsInTheFormatsOrder)
{
    const std::uint32_t values[2] = {0x00aabbcc, 0x00010203};
    Bytes little;
    PixelPacker(PixelFormat{}, 3).append(values, 2, little);
    EXPECT_EQ(little, (Bytes{0xcc, 0xbb, 0xaa, 0x03, 0x02, 0x01}));
    PixelFormat format;
    format.big_endian = true;
    Bytes big;
    PixelPacker(format, 3).append(values, 2, big);
    EXPECT_EQ(big, (Bytes{0xaa, 0xbb, 0xcc, 0x01, 0x02, 0x03}));
}

} // namespace
} // namespace gds
