// SPDX-License-Identifier: GPL-2.0-or-later
// From a region that is due to the rectangles that are encoded: few and big ones, cut into parts of
// bounded size, with the cursor drawn in and black where the framebuffer of the client is larger
// than the picture. Values and pure functions; encode_part() runs on a worker.
#pragma once

#include "desktop/cursor.h"
#include "desktop/region.h"
#include "rfb/encoder.h"

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
// What is encoded as one job and held encoded at a time.
using Part = std::vector<Piece>;

inline constexpr std::size_t k_max_update_rects = 32;
inline constexpr std::int64_t k_part_pixels = 1 << 20;
// Of updates that are sent part by part: what waits for a slow client is one of them.
inline constexpr std::int64_t k_streamed_part_pixels = 1 << 18;

// At most k_max_update_rects rectangles that cover the region and little more. They may overlap.
std::vector<Rect> few_rects(const Region& region);

// The parts of an update; together they hold each rectangle of few_rects(region).
std::vector<Part> plan_update(const Region& region, const FramePtr& frame, const Overlay& overlay,
                              std::int64_t part_pixels = k_part_pixels);

// The encoded rectangles, in coordinates of the client's framebuffer.
std::vector<EncodedRect> encode_part(const Part& part, const Encoder& encoder,
                                     const EncodeParams& params);

} // namespace gds
