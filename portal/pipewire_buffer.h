// SPDX-License-Identifier: GPL-2.0-or-later
// What one PipeWire buffer says, checked against its bounds: nothing that a producer writes into
// the shared memory is believed. Values that point into the buffer are valid until it is given
// back.
#pragma once

#include "desktop/cursor.h"
#include "desktop/region.h"
#include "portal/pipewire_format.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <spa/buffer/buffer.h>

namespace gds {

// A rectangle of pixels in somebody else's memory, all of it readable.
struct PixelView {
    const std::uint8_t* data = nullptr;
    std::size_t stride = 0; // octets
    Size size;
    PixelOrder order = PixelOrder::bgrx;
};

struct CursorUpdate {
    Point position; // of the hotspot, in the stream's pixels
    // Null: the picture is the one before.
    CursorShapePtr shape;
};

// Orientations as in Wayland's wl_output.transform.
enum class Orientation : std::uint8_t {
    normal,
    rotated_90,
    rotated_180,
    rotated_270,
    flipped,
    flipped_90,
    flipped_180,
    flipped_270,
};

struct BufferContent {
    // Nothing: the producer painted nothing, or what it painted cannot be used.
    std::optional<PixelView> pixels;
    // It painted nothing: this is only about the pointer.
    bool pointer_only = false;
    // Within the pixels. Nothing: not told, so anything may have changed.
    std::optional<Region> damage;
    std::uint64_t sequence = 0; // 0: not counted
    Orientation orientation = Orientation::normal;
    std::optional<CursorUpdate> cursor;
};

BufferContent read_buffer(const spa_buffer& buffer, const StreamFormat& format);

} // namespace gds
