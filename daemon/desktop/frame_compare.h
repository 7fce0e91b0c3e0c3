// SPDX-License-Identifier: GPL-2.0-or-later
// What really changed from one frame to the next, where the source does not say or says too much.
// Pure; any thread.
#pragma once

#include "desktop/frame.h"
#include "desktop/region.h"

namespace gds {

// The part of `within` whose pixels differ, to the precision of 64x64 tiles, its rectangles then
// drawn tight. Frames of different sizes differ everywhere. The octet above the colour is ignored.
Region changed(const Frame& before, const Frame& after, const Region& within);

} // namespace gds
