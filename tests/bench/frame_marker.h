// SPDX-License-Identifier: GPL-2.0-or-later
// What a frame tells about itself: its number and when it was painted (microseconds of
// CLOCK_MONOTONIC), as black and white squares that JPEG leaves alone, at the screen's top left.
#pragma once

#include "canvas.h"

#include <optional>

namespace gds::bench {

inline constexpr int k_square = 8;
inline constexpr int k_squares_in_row = 48;
inline constexpr int k_marker_rows = 2;
inline constexpr Rect k_marker_area{0, 0, k_square* k_squares_in_row, k_square* k_marker_rows};

struct FrameMarker {
    std::uint32_t number = 0;
    std::uint64_t painted_us = 0; // 48 bits of it
};

std::uint64_t monotonic_us();

void paint_marker(const FrameMarker& marker, const Canvas& canvas);

// Nothing when the squares are not those of one frame.
std::optional<FrameMarker> read_marker(const Canvas& canvas);

} // namespace gds::bench
