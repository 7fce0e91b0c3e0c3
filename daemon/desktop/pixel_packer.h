// SPDX-License-Identifier: GPL-2.0-or-later
// PixelPacker: frame pixels (0x??RRGGBB) to the pixel values of one PIXEL_FORMAT, and those to
// octets. The two steps are apart so that encoders can count and compare values before they write
// them. A value, made per rectangle; any thread.
#pragma once

#include "desktop/pixel_format.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gds {

class PixelPacker {
public:
    // `format` has passed is_valid(). `octets` below bytes_per_pixel() keeps the least significant
    // ones.
    explicit PixelPacker(const PixelFormat& format);
    PixelPacker(const PixelFormat& format, int octets);

    int octets() const { return octets_; }
    // `values` may not overlap `pixels`.
    void values(const std::uint32_t* pixels, std::size_t count, std::uint32_t* values) const;
    // Writes count * octets() octets.
    void pack(const std::uint32_t* values, std::size_t count, std::uint8_t* out) const;
    void append(const std::uint32_t* values, std::size_t count, Bytes& out) const;
    void append(std::uint32_t value, Bytes& out) const { append(&value, 1, out); }

private:
    bool plain_; // the values are the frame's own pixels
    bool wide_; // a maximum beyond 255: by tables
    int octets_;
    bool big_endian_;
    PixelFormat format_;
    std::vector<std::uint32_t> tables_; // 3 x 256 when wide_
};

} // namespace gds
