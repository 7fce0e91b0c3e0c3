// SPDX-License-Identifier: GPL-2.0-or-later
// Pixels (XRGB, 32 bits, rows packed) that somebody else owns, as the scenes paint them and the
// viewer compares them.
#pragma once

#include "desktop/geometry.h"

#include <cstddef>
#include <cstdint>

namespace gds::bench {

using Pixel = std::uint32_t;

struct Canvas {
    Pixel* pixels = nullptr;
    Size size;

    Pixel* row(int y) const { return pixels + static_cast<std::ptrdiff_t>(y) * size.width; }
};

} // namespace gds::bench
