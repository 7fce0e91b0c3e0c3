// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of every kind that an encoder meets, made from a seed: the same seed, the same pixels.
#pragma once

#include "desktop/frame.h"
#include "desktop/pixel_format.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace gds::fakes {

// A small generator whose figures do not depend on the standard library.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed * 2654435769U + 88172645463325252U) {}
    std::uint32_t next()
    {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>(state_ >> 16);
    }
    // 0..bound-1
    int below(int bound) { return static_cast<int>(next() % static_cast<std::uint32_t>(bound)); }

private:
    std::uint64_t state_;
};

enum class Content { solid, two_colours, few_colours, text, many_colours, photo, noise };

inline constexpr Content k_all_contents[] = {
    Content::solid,        Content::two_colours, Content::few_colours, Content::text,
    Content::many_colours, Content::photo,       Content::noise};

inline const char* name_of(Content content)
{
    static const char* const names[] = {"solid",        "two_colours", "few_colours", "text",
                                        "many_colours", "photo",       "noise"};
    return names[static_cast<int>(content)];
}

namespace detail {

inline std::uint32_t photo_pixel(int x, int y, Dice& dice)
{
    const double base = 120 + 70 * std::sin(x / 23.0) + 50 * std::cos(y / 31.0);
    const auto component = [&](double shift) {
        const int value = static_cast<int>(base + shift) + dice.below(9);
        return static_cast<std::uint32_t>(std::clamp(value, 0, 255));
    };
    const std::uint32_t red = component(20);
    const std::uint32_t green = component(0);
    return (red << 16) | (green << 8) | component(-30);
}

inline std::uint32_t text_pixel(int x, int y, Dice& dice)
{
    if (y % 16 >= 12 || x % 8 == 7) {
        return 0xffffff;
    }
    const int ink = dice.below(6);
    return ink > 3 ? 0xffffff : 0x101010U * static_cast<std::uint32_t>(ink * 4);
}

} // namespace detail

// The octet above the colour holds rubbish, and rows have some between them.
inline Frame picture(Content content, Size size, std::uint64_t seed)
{
    Dice dice(seed);
    Frame frame(size);
    frame.stride = size.width + dice.below(5);
    frame.pixels.assign(
        static_cast<std::size_t>(frame.stride) * static_cast<std::size_t>(size.height), 0xdeadbeef);
    const std::uint32_t first = dice.next();
    const std::uint32_t second = dice.next();
    std::vector<std::uint32_t> colours(3 + static_cast<std::size_t>(dice.below(14)));
    if (content == Content::many_colours) {
        colours.resize(20 + static_cast<std::size_t>(dice.below(230)));
    }
    std::generate(colours.begin(), colours.end(), [&] { return dice.next(); });
    int run = 0;
    std::uint32_t pixel = first;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            switch (content) {
            case Content::solid:
                break;
            case Content::two_colours:
                pixel = dice.below(5) == 0 ? first : second;
                break;
            case Content::few_colours:
            case Content::many_colours:
                if (run-- == 0) {
                    run = dice.below(dice.below(20) == 0 ? 900 : 6);
                    pixel = colours[dice.next() % colours.size()];
                }
                break;
            case Content::text:
                pixel = detail::text_pixel(x, y, dice);
                break;
            case Content::photo:
                pixel = detail::photo_pixel(x, y, dice);
                break;
            case Content::noise:
                pixel = dice.next();
                break;
            }
            frame.row(y)[x] = (pixel & k_rgb_mask) | (dice.next() << 24);
        }
    }
    return frame;
}

inline PixelFormat format_of(int bits_per_pixel, int depth, bool big_endian, int red_max,
                             int green_max, int blue_max, int red_shift, int green_shift,
                             int blue_shift)
{
    PixelFormat format;
    format.bits_per_pixel = static_cast<std::uint8_t>(bits_per_pixel);
    format.depth = static_cast<std::uint8_t>(depth);
    format.big_endian = big_endian;
    format.red_max = static_cast<std::uint16_t>(red_max);
    format.green_max = static_cast<std::uint16_t>(green_max);
    format.blue_max = static_cast<std::uint16_t>(blue_max);
    format.red_shift = static_cast<std::uint8_t>(red_shift);
    format.green_shift = static_cast<std::uint8_t>(green_shift);
    format.blue_shift = static_cast<std::uint8_t>(blue_shift);
    return format;
}

// What viewers ask for, and what only the specification allows.
inline std::vector<PixelFormat> all_formats()
{
    std::vector<PixelFormat> formats;
    for (const bool big_endian : {false, true}) {
        formats.push_back(format_of(32, 24, big_endian, 255, 255, 255, 16, 8, 0));
        formats.push_back(format_of(32, 24, big_endian, 255, 255, 255, 0, 8, 16));
        formats.push_back(format_of(32, 24, big_endian, 255, 255, 255, 24, 16, 8));
        formats.push_back(format_of(32, 24, big_endian, 255, 255, 255, 24, 8, 0));
        formats.push_back(format_of(32, 24, big_endian, 255, 255, 255, 3, 21, 11));
        formats.push_back(format_of(32, 32, big_endian, 255, 255, 255, 16, 8, 0));
        formats.push_back(format_of(32, 30, big_endian, 1023, 1023, 1023, 20, 10, 0));
        formats.push_back(format_of(32, 16, big_endian, 31, 63, 31, 11, 5, 0));
        formats.push_back(format_of(32, 8, big_endian, 7, 7, 3, 8, 11, 14));
        formats.push_back(format_of(32, 18, big_endian, 65535, 1, 1, 0, 16, 31));
        formats.push_back(format_of(16, 16, big_endian, 31, 63, 31, 11, 5, 0));
        formats.push_back(format_of(16, 15, big_endian, 31, 31, 31, 10, 5, 0));
        formats.push_back(format_of(16, 12, big_endian, 15, 15, 15, 0, 4, 8));
        formats.push_back(format_of(16, 16, big_endian, 3, 1023, 15, 14, 4, 0));
        formats.push_back(format_of(8, 8, big_endian, 7, 7, 3, 0, 3, 6));
        formats.push_back(format_of(8, 6, big_endian, 3, 3, 3, 4, 2, 0));
        formats.push_back(format_of(8, 3, big_endian, 1, 1, 1, 2, 1, 0));
    }
    return formats;
}

inline std::string text_of(const PixelFormat& f)
{
    return std::to_string(f.bits_per_pixel) + "/" + std::to_string(f.depth) +
           (f.big_endian ? " big" : " little") + " max " + std::to_string(f.red_max) + "," +
           std::to_string(f.green_max) + "," + std::to_string(f.blue_max) + " shift " +
           std::to_string(f.red_shift) + "," + std::to_string(f.green_shift) + "," +
           std::to_string(f.blue_shift);
}

// The pixel value that stands for `pixel` in `format`, to the letter of RFC 6143, 7.4.
inline std::uint32_t value_of(std::uint32_t pixel, const PixelFormat& format)
{
    const auto component = [&](unsigned from, std::uint32_t max, unsigned shift) {
        return (((pixel >> from) & 255) * max + 127) / 255 << shift;
    };
    return component(16, format.red_max, format.red_shift) |
           component(8, format.green_max, format.green_shift) |
           component(0, format.blue_max, format.blue_shift);
}

} // namespace gds::fakes
