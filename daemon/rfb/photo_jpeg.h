// SPDX-License-Identifier: GPL-2.0-or-later
// JPEG for the pieces of a screen that are photographs. The one place that knows libjpeg-turbo.
// Any thread; each has its own compressor.
#pragma once

#include "base/bytes.h"
#include "desktop/frame.h"

namespace gds {

// True when the area looks like a photograph or a film: few pixels equal their neighbour and most
// that differ differ little. Text, drawings and noise are none.
bool looks_like_photo(const Frame& frame, const Rect& rect);

// Appends the area as a JFIF stream in the quality of RFB's levels 0..9: colour at a quarter of the
// resolution up to level 2, at half up to 5, at all of it from 6 on.
void append_jpeg(const Frame& frame, const Rect& rect, int quality_level, Bytes& out);

} // namespace gds
