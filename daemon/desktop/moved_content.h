// SPDX-License-Identifier: GPL-2.0-or-later
// Finds what of a picture stood elsewhere in the one before: content that was scrolled, or a window
// that was dragged. Pure; costs about as much as comparing the changed part two or three times.
#pragma once

#include "desktop/frame.h"

#include <cstddef>
#include <vector>

namespace gds {

struct MovedContent {
    Point by; // where it is, less where it was
    // Where it is now: disjoint, every pixel compared, and in an order in which each can be copied
    // from the picture that those before it have left. None: nothing has moved.
    std::vector<Rect> to;
};

inline constexpr std::size_t k_most_moved_rects = 8;

// `changed` lies within both pictures, which are of one size. Nothing is taken from `stale`. What
// moves mostly goes on as it did: `last` is tried first, (0, 0) if there is none.
MovedContent find_moved_content(const Frame& before, const Frame& now, const Region& changed,
                                const Region& stale, Point last = {});

} // namespace gds
