// SPDX-License-Identifier: GPL-2.0-or-later
// Where a monitor is in the picture of the desktop. A value.
#pragma once

#include "desktop/geometry.h"

#include <cstdint>
#include <vector>

namespace gds {

struct MonitorPlace {
    std::uint32_t id = 0; // this monitor's as long as the source of pictures lives
    Rect rect;
    bool operator==(const MonitorPlace&) const = default;
};

using MonitorPlaces = std::vector<MonitorPlace>;

} // namespace gds
