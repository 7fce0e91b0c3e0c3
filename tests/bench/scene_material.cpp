// SPDX-License-Identifier: GPL-2.0-or-later
#include "scene_material.h"

#include <algorithm>
#include <cmath>

namespace gds::bench {
namespace {

Pixel mixed(Pixel ink, Pixel paper, unsigned share)
{
    Pixel result = k_opaque;
    for (int shift = 0; shift < 24; shift += 8) {
        const unsigned from = paper >> shift & 0xff;
        const unsigned to = ink >> shift & 0xff;
        result |= ((from * (255 - share) + to * share) / 255) << shift;
    }
    return result;
}

int wave(double at, double amplitude)
{
    return static_cast<int>(std::lround(std::sin(at) * amplitude));
}

std::vector<int> waves(int count, double length, double amplitude)
{
    std::vector<int> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = wave(static_cast<double>(i) / length, amplitude);
    }
    return values;
}

Pixel colour_of(int red, int green, int blue)
{
    const auto channel = [](int value) {
        return static_cast<Pixel>(std::clamp(value, 0, k_brightest));
    };
    return k_opaque | channel(red) << 16 | channel(green) << 8 | channel(blue);
}

// Each a disc or a box that darkens or lightens what is there, shaded from its top to its bottom.
void add_things(const Canvas& canvas, std::uint32_t seed)
{
    constexpr std::uint32_t k_things = 70;
    for (std::uint32_t i = 0; i < k_things; ++i) {
        const std::uint32_t dice = scatter(seed, i);
        const int width = 30 + static_cast<int>(dice % 260);
        const int height = 30 + static_cast<int>((dice >> 9) % 200);
        const bool round = (dice >> 20 & 1) != 0;
        const std::uint32_t place = scatter(seed + 1, i);
        const Rect box = Rect{
            static_cast<int>(place % 4096) * canvas.size.width / 4096 - 40,
            static_cast<int>((place >> 12) % 4096) * canvas.size.height / 4096 - 40, width, height};
        const int tint = static_cast<int>(scatter(seed + 2, i) % 120) - 60;
        const Rect inside = box.intersected(Rect::of(canvas.size));
        for (int y = inside.y; y < inside.bottom(); ++y) {
            const double from_middle = 2.0 * (y - box.y) / height - 1;
            const int half =
                round ? static_cast<int>(width / 2.0 * std::sqrt(1 - from_middle * from_middle))
                      : width / 2;
            const int shade = tint + (y - box.y) * 40 / height;
            const int middle = box.x + width / 2;
            for (int x = std::max(inside.x, middle - half);
                 x < std::min(inside.right(), middle + half); ++x) {
                const Pixel old = canvas.row(y)[x];
                canvas.row(y)[x] = colour_of(static_cast<int>(old >> 16 & 0xff) + shade,
                                             static_cast<int>(old >> 8 & 0xff) + shade / 2,
                                             static_cast<int>(old & 0xff) - shade / 3);
            }
        }
    }
}

} // namespace

std::uint32_t scatter(std::uint32_t a, std::uint32_t b)
{
    std::uint64_t value = (std::uint64_t{a} << 32 | b) + 0x632be59bd9b4e019;
    value = (value ^ value >> 31) * 0x9fb21c651e98df25;
    value = (value ^ value >> 28) * 0xd1342543de82ef95;
    return static_cast<std::uint32_t>(value >> 32);
}

void fill(const Rect& area, Pixel colour, const Canvas& canvas)
{
    const Rect inside = area.intersected(Rect::of(canvas.size));
    for (int y = inside.y; y < inside.bottom(); ++y) {
        std::fill_n(canvas.row(y) + inside.x, inside.width, colour);
    }
}

void copy(const Image& image, Point at, const Rect& area, const Canvas& canvas)
{
    const Rect inside = area.intersected({at.x, at.y, image.size().width, image.size().height})
                            .intersected(Rect::of(canvas.size));
    for (int y = inside.y; y < inside.bottom(); ++y) {
        std::copy_n(image.row(y - at.y) + inside.x - at.x, inside.width, canvas.row(y) + inside.x);
    }
}

Typeface::Typeface()
{
    // Each is some strokes, a bit more than a pixel wide, over the letter's height.
    for (std::uint32_t character = 1; character < k_characters; ++character) {
        Shape& shape = shapes_[character];
        for (std::uint32_t stroke = 0; stroke < 3 + character % 2; ++stroke) {
            const std::uint32_t dice = scatter(character, stroke);
            const bool upright = stroke == 0 || dice % 3 == 0;
            const std::size_t across = 1 + (dice >> 4) % 6;
            const std::size_t down = 4 + (dice >> 8) % 10;
            const std::size_t length = upright ? 5 + (dice >> 16) % 6 : 3 + (dice >> 16) % 4;
            for (std::size_t i = 0; i < length; ++i) {
                const std::size_t x = std::min<std::size_t>(upright ? across : across + i, 7);
                const std::size_t y = std::min<std::size_t>(upright ? down + i : down, 15);
                shape[y][x] = 255;
                std::uint8_t& edge = upright ? shape[y][x + 1] : shape[y + 1][x];
                edge = std::max<std::uint8_t>(edge, static_cast<std::uint8_t>(60 + dice % 120));
            }
        }
    }
}

void Typeface::paint(std::uint32_t character, Point at, const Rect& area, Pixel ink, Pixel paper,
                     const Canvas& canvas, int scale) const
{
    const Shape& shape = shapes_[character % k_characters];
    const Rect inside =
        Rect{at.x, at.y, k_cell.width * scale, k_cell.height * scale}.intersected(area).intersected(
            Rect::of(canvas.size));
    for (int y = inside.y; y < inside.bottom(); ++y) {
        const auto& line = shape[static_cast<std::size_t>((y - at.y) / scale)];
        for (int x = inside.x; x < inside.right(); ++x) {
            canvas.row(y)[x] =
                mixed(ink, paper, line[static_cast<std::size_t>((x - at.x) / scale)]);
        }
    }
}

std::uint32_t character_at(std::uint32_t text, std::uint32_t line, std::uint32_t column,
                           std::uint32_t columns)
{
    if (scatter(text, line) % 9 == 0) {
        return Typeface::k_blank; // between paragraphs
    }
    const std::uint32_t length = columns / 2 + scatter(text + 1, line) % (columns / 2);
    // Words are never longer than twelve: a gap in each stretch of that many.
    const std::uint32_t stretch = column / 6;
    const bool gap = column % 6 == scatter(text + line, stretch) % 8;
    return column >= length || gap ? Typeface::k_blank
                                   : 1 + scatter(scatter(text, line), column) % 63;
}

Image photograph(Size size, std::uint32_t seed)
{
    Image image(size);
    const Canvas canvas = image.canvas();
    const double turn = 1 + seed % 7 / 10.0;
    const auto across = waves(size.width, 211 * turn, 50);
    const auto down = waves(size.height, 157 * turn, 45);
    const auto aslant = waves(size.width + size.height, 67 * turn, 22);
    const auto fine = waves(size.width + 2 * size.height, 9 * turn, 6);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const auto index_x = static_cast<std::size_t>(x);
            const auto index_y = static_cast<std::size_t>(y);
            const int base = 110 + across[index_x] + aslant[index_x + index_y];
            const int other = down[index_y] + fine[index_x + 2 * index_y];
            canvas.row(y)[x] =
                colour_of(base + other + 15, base - other / 2, 150 - base / 3 + other);
        }
    }
    add_things(canvas, seed);
    return image;
}

} // namespace gds::bench
