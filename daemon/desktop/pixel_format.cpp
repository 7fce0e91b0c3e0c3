// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/pixel_format.h"

#include "desktop/pixel_packer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace gds {

namespace {

// The bits of one component within the pixel, or 0 when maximum or shift are unusable.
std::uint32_t component_bits(std::uint16_t max, std::uint8_t shift, unsigned bits_per_pixel)
{
    const std::uint32_t wide_max = max;
    if (wide_max == 0 || (wide_max & (wide_max + 1)) != 0) {
        return 0;
    }
    if (shift + static_cast<unsigned>(std::bit_width(wide_max)) > bits_per_pixel) {
        return 0;
    }
    return wide_max << shift;
}

} // namespace

bool is_valid(const PixelFormat& format)
{
    const unsigned bpp = format.bits_per_pixel;
    if (bpp != 8 && bpp != 16 && bpp != 32) {
        return false;
    }
    if (!format.true_colour || format.depth == 0 || format.depth > bpp) {
        return false;
    }
    const std::uint32_t red = component_bits(format.red_max, format.red_shift, bpp);
    const std::uint32_t green = component_bits(format.green_max, format.green_shift, bpp);
    const std::uint32_t blue = component_bits(format.blue_max, format.blue_shift, bpp);
    if (red == 0 || green == 0 || blue == 0) {
        return false;
    }
    return (red & green) == 0 && (red & blue) == 0 && (green & blue) == 0;
}

void convert_pixels(const Frame& frame, const Rect& rect, const PixelFormat& format, Bytes& out)
{
    assert(is_valid(format));
    assert(rect == rect.intersected(Rect::of(frame.size)));
    if (rect.empty()) {
        return;
    }
    const PixelPacker packer(format);
    const auto width = static_cast<std::size_t>(rect.width);
    const auto octets = static_cast<std::size_t>(packer.octets());
    std::size_t at = out.size();
    out.resize(at + width * static_cast<std::size_t>(rect.height) * octets);
    // In pieces that stay in the first cache between the two steps.
    std::array<std::uint32_t, 1024> values;
    for (int y = rect.y; y < rect.bottom(); ++y) {
        const std::uint32_t* row = frame.row(y) + rect.x;
        for (std::size_t x = 0; x < width; x += values.size()) {
            const std::size_t count = std::min(values.size(), width - x);
            packer.values(row + x, count, values.data());
            packer.pack(values.data(), count, out.data() + at);
            at += count * octets;
        }
    }
}

} // namespace gds
