// SPDX-License-Identifier: GPL-2.0-or-later
// From pixels to what video encoders take: brightness, and colour at half the resolution, by
// BT.709 in the limited range. Pure; any thread.
#pragma once

#include "desktop/frame.h"

#include <cstddef>
#include <cstdint>

namespace gds {

// Owned by whoever encodes.
struct VideoPlane {
    std::uint8_t* samples = nullptr;
    std::ptrdiff_t stride = 0;
    std::uint8_t* row(int y) const { return samples + y * stride; }
};
struct VideoPlanes {
    VideoPlane luma;
    VideoPlane blue; // Cb
    VideoPlane red; // Cr
};

// `rect` lies within the frame and has even sides.
void convert_to_video(const Frame& frame, const Rect& rect, const VideoPlanes& planes);

} // namespace gds
