// SPDX-License-Identifier: GPL-2.0-or-later
// What scenes are made of: text, a photograph, grain. All of it follows from fixed seeds.
#pragma once

#include "canvas.h"

#include <array>
#include <vector>

namespace gds::bench {

inline constexpr Pixel k_opaque = 0xff000000;
inline constexpr Size k_cell{9, 18};

// A number without a pattern that follows from both.
std::uint32_t scatter(std::uint32_t a, std::uint32_t b = 0);

class Image {
public:
    explicit Image(Size size)
        : size_(size),
          pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height))
    {}

    Size size() const { return size_; }
    Canvas canvas() { return {pixels_.data(), size_}; }
    const Pixel* row(int y) const
    {
        return pixels_.data() + static_cast<std::ptrdiff_t>(y) * size_.width;
    }

private:
    Size size_;
    std::vector<Pixel> pixels_;
};

void fill(const Rect& area, Pixel colour, const Canvas& canvas);

// Paints `area` with what the image has there when its top left is at `at`.
void copy(const Image& image, Point at, const Rect& area, const Canvas& canvas);

// Characters of an alphabet of its own, with soft edges as a font renderer makes them.
class Typeface {
public:
    static constexpr std::uint32_t k_blank = 0;

    Typeface();
    // Only what of it is inside `area`; `scale` makes headings.
    void paint(std::uint32_t character, Point at, const Rect& area, Pixel ink, Pixel paper,
               const Canvas& canvas, int scale = 1) const;

private:
    static constexpr std::size_t k_characters = 64;
    using Shape = std::array<std::array<std::uint8_t, k_cell.width>, k_cell.height>;
    std::array<Shape, k_characters> shapes_{};
};

// The character at that place of a text: words, gaps between them, lines of different lengths.
std::uint32_t character_at(std::uint32_t text, std::uint32_t line, std::uint32_t column,
                           std::uint32_t columns);

// Soft light, round and straight things with edges; no channel above k_brightest, so that grain can
// be added to it.
inline constexpr int k_brightest = 235;
inline constexpr std::uint32_t k_grain = 12;
Image photograph(Size size, std::uint32_t seed);

} // namespace gds::bench
