// SPDX-License-Identifier: GPL-2.0-or-later
// RFB's PIXEL_FORMAT (RFC 6143, 7.4) and the conversion of frame pixels into it. Values; any
// thread.
#pragma once

#include "base/bytes.h"
#include "desktop/frame.h"

#include <cstdint>

namespace gds {

struct PixelFormat {
    std::uint8_t bits_per_pixel = 32;
    std::uint8_t depth = 24;
    bool big_endian = false;
    bool true_colour = true;
    std::uint16_t red_max = 255;
    std::uint16_t green_max = 255;
    std::uint16_t blue_max = 255;
    std::uint8_t red_shift = 16;
    std::uint8_t green_shift = 8;
    std::uint8_t blue_shift = 0;

    bool operator==(const PixelFormat&) const = default;
    int bytes_per_pixel() const { return bits_per_pixel / 8; }
};

// True when every figure is usable: bpp 8, 16 or 32, depth <= bpp, true colour, each max 2^n - 1,
// shift + bits within bpp, no overlap. Nothing below computes with a format that has not passed
// this.
bool is_valid(const PixelFormat& format);

// Appends the pixels of `rect` (within the frame) to `out`, row by row, packed, in `format`.
void convert_pixels(const Frame& frame, const Rect& rect, const PixelFormat& format, Bytes& out);

} // namespace gds
