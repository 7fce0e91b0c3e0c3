// SPDX-License-Identifier: GPL-2.0-or-later
// What really changed from one frame to the next, where the source does not say or says too much.
// Pure; any thread.
#pragma once

#include "desktop/frame.h"
#include "desktop/region.h"

#include <cstddef>
#include <cstdint>

namespace gds {

// Pixels as in a Frame, in anybody's memory.
struct PixelRows {
    const std::uint32_t* pixels = nullptr;
    std::ptrdiff_t stride = 0; // pixels

    const std::uint32_t* row(int y) const { return pixels + y * stride; }
};

// The part of `within` whose pixels differ, to the precision of 64x64 tiles, or of 16x16 where it
// is little, its rectangles then drawn tight. Frames of different sizes differ everywhere. The
// octet above the colour is ignored.
Region changed(const Frame& before, const Frame& after, const Region& within);
// The same where all of `within` is in both.
Region changed(const PixelRows& before, const PixelRows& after, const Region& within);

} // namespace gds
