// SPDX-License-Identifier: GPL-2.0-or-later
// The pointer's picture and place, apart from the frame.
#pragma once

#include "desktop/geometry.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace gds {

// Immutable. Pixels are 0xAARRGGBB in native order, colour premultiplied by alpha, rows packed.
// An empty size means: no pointer is shown.
struct CursorShape {
    Size size;
    Point hotspot;
    std::vector<std::uint32_t> pixels;
    bool operator==(const CursorShape&) const = default;
};
using CursorShapePtr = std::shared_ptr<const CursorShape>;

struct Cursor {
    CursorShapePtr shape; // null: the source has not told yet
    Point position; // of the hotspot, in frame pixels
    bool in_picture = false; // and nothing else is known of it
};

} // namespace gds
