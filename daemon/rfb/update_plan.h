// SPDX-License-Identifier: GPL-2.0-or-later
// From a region that is due to the pieces that are encoded: few rectangles, cut to a bounded size,
// with the cursor drawn in and black where the framebuffer of the client is larger than the
// picture. Values and pure functions.
#pragma once

#include "desktop/cursor.h"
#include "desktop/frame.h"
#include "desktop/region.h"

#include <cstddef>
#include <vector>

namespace gds {

// A small picture that lies on the frame.
struct Overlay {
    FramePtr picture; // null: none
    Point at;
    Rect area() const;
};

// Where the cursor's sprite lies, within a frame of that size; empty when there is none to see.
Rect cursor_area(const Cursor& cursor, Size frame);
// The frame's pixels under the cursor with its sprite drawn over them.
Overlay draw_cursor(const Frame& frame, const Cursor& cursor);

// `from` of `source` (black when null) goes to `at` in the client's framebuffer.
struct Piece {
    FramePtr source;
    Rect from;
    Point at;
};

inline constexpr std::size_t k_max_update_rects = 32;
// More pieces than this fit the count of a FramebufferUpdate (RFC 6143, 7.6.1).
inline constexpr std::size_t k_max_pieces = 60'000;

// At most k_max_update_rects rectangles that cover the region and little more. They may overlap.
std::vector<Rect> few_rects(const Region& region);

// The pieces of an update, one rectangle of it each; together they cover each rectangle of
// few_rects(region).
std::vector<Piece> plan_update(const Region& region, const FramePtr& frame, const Overlay& overlay);

} // namespace gds
