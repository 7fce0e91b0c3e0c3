// SPDX-License-Identifier: GPL-2.0-or-later
// The pointer's picture as a pseudo-rectangle: its place is the hotspot. Pure; any thread.
#pragma once

#include "desktop/cursor.h"
#include "rfb/encoder.h"

namespace gds {

// Cursor pseudo-encoding, -239 (RFC 6143, 7.8.1): pixels in the client's format and a mask of those
// at least half opaque. A shape of no size, or with fewer pixels than its size says, hides the
// pointer.
EncodedRect encode_cursor(const CursorShape& shape, const PixelFormat& format);

// Cursor With Alpha pseudo-encoding, -314 (RFB protocol): the number of an encoding, Raw, and red,
// green, blue, alpha, premultiplied, whatever the client's format.
EncodedRect encode_cursor_with_alpha(const CursorShape& shape);

} // namespace gds
