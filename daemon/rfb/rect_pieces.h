// SPDX-License-Identifier: GPL-2.0-or-later
// How the compressing encodings cut a rectangle. Pure.
#pragma once

#include "desktop/geometry.h"

#include <vector>

namespace gds {

// The largest side of a piece. Big enough that compressing each alone costs nothing in size, small
// enough that one picture in text does not spoil the palette of a whole screen.
inline constexpr int k_piece_side = 256;

// Cuts `rect` into pieces of at most k_piece_side a side and of about equal size, on multiples of
// 64 from its corner, where ZRLE's tiles begin. Top to bottom, left to right.
inline std::vector<Rect> pieces_of(const Rect& rect)
{
    const auto step = [](int length) {
        const int count = (length + k_piece_side - 1) / k_piece_side;
        const int even = (length + count - 1) / count;
        return (even + 63) / 64 * 64;
    };
    std::vector<Rect> pieces;
    if (rect.empty()) {
        return pieces;
    }
    const int width = step(rect.width);
    const int height = step(rect.height);
    for (int y = rect.y; y < rect.bottom(); y += height) {
        for (int x = rect.x; x < rect.right(); x += width) {
            pieces.push_back(
                {x, y, std::min(width, rect.right() - x), std::min(height, rect.bottom() - y)});
        }
    }
    return pieces;
}

} // namespace gds
