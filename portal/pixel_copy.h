// SPDX-License-Identifier: GPL-2.0-or-later
// Pixels of a PipeWire buffer into a Frame, their octets put in order and the picture upright.
// Pure.
#pragma once

#include "desktop/frame.h"
#include "desktop/frame_compare.h"
#include "portal/pipewire_buffer.h"

#include <optional>

namespace gds {

// Of the picture when upright.
Size upright_size(Size size, Orientation orientation);

// Copies `what` (within the upright picture) so that the picture's corner comes to `corner`.
// Everything written lies within the frame; what would not is left out.
void copy_pixels(const PixelView& from, Orientation orientation, const Region& what, Frame& to,
                 Point corner);

// The pixels as they are in the buffer, where they need no more than to be copied.
std::optional<PixelRows> plain_rows(const PixelView& from, Orientation orientation);

} // namespace gds
