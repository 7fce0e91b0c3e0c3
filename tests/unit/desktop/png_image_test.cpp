// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/png_image.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::string_literals;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

// 2 x 2 pixels of 24 bits, rows of 8 octets.
std::string small_bmp(const std::string& height = "\2\0\0\0"s, char bits = 24)
{
    return "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0"s + height + "\1\0"s + bits +
           "\0\0\0\0\0"s + std::string(20, '\0') + "\1\2\3\4\5\6\0\0\x11\x12\x13\x14\x15\x16\0\0"s;
}

TEST(PngImage, ABitmapComesBackWithAlpha)
{
    const auto png = png_from_bmp(bytes_of(small_bmp()));
    ASSERT_TRUE(png);
    const auto bmp = bmp_from_png(*png, 1000);
    ASSERT_TRUE(bmp);
    ASSERT_EQ(bmp->size(), 14U + 124 + 16);
    EXPECT_EQ(as_text(ByteView{*bmp}.subspan(138)),
              "\1\2\3\xff\4\5\6\xff\x11\x12\x13\xff\x14\x15\x16\xff"s);
    // And once more, which changes nothing.
    const auto again = png_from_bmp(*bmp);
    ASSERT_TRUE(again);
    EXPECT_EQ(bmp_from_png(*again, 1000), bmp);
}

TEST(PngImage, TopDownRowsAreTheOtherWayRound)
{
    const auto png = png_from_bmp(bytes_of(small_bmp("\xfe\xff\xff\xff"s)));
    ASSERT_TRUE(png);
    const auto bmp = bmp_from_png(*png, 1000);
    ASSERT_TRUE(bmp);
    EXPECT_EQ(as_text(ByteView{*bmp}.subspan(138, 4)), "\x11\x12\x13\xff"s);
}

TEST(PngImage, TheLimitIsOfTheBitmap)
{
    const auto png = png_from_bmp(bytes_of(small_bmp()));
    ASSERT_TRUE(png);
    EXPECT_TRUE(bmp_from_png(*png, 154));
    EXPECT_FALSE(bmp_from_png(*png, 153));
}

TEST(PngImage, NonsenseIsNone)
{
    const Bytes bmp = bytes_of(small_bmp());
    const auto png = png_from_bmp(bmp);
    ASSERT_TRUE(png);
    for (std::size_t length = 0; length < bmp.size(); ++length) {
        EXPECT_FALSE(png_from_bmp(ByteView{bmp}.first(length))) << length;
    }
    for (std::size_t length = 0; length + 16 < png->size(); ++length) {
        EXPECT_FALSE(bmp_from_png(ByteView{*png}.first(length), 1000)) << length;
    }
    for (const std::string& height : {"\0\0\0\0"s, "\0\0\0\x80"s, "\xff\xff\xff\x7f"s}) {
        EXPECT_FALSE(png_from_bmp(bytes_of(small_bmp(height))));
    }
    for (const char bits : {'\0', '\1', '\x08', '\x10', '\x40'}) {
        EXPECT_FALSE(png_from_bmp(bytes_of(small_bmp("\2\0\0\0"s, bits))));
    }
}

} // namespace
} // namespace gds
