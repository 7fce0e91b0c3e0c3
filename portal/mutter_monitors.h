// SPDX-License-Identifier: GPL-2.0-or-later
// The monitors that Mutter shows something on (org.gnome.Mutter.DisplayConfig). Values.
#pragma once

#include "base/sdbus_compat.h"
#include "base/task.h"
#include "desktop/geometry.h"
#include "desktop/screen_capture.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gds {

struct MutterMonitor {
    std::string connector;
    Point position; // logical
    Size mode; // pixels, before it is turned
    double scale = 1;
    std::uint32_t transform = 0;
    bool primary = false;
    bool operator==(const MutterMonitor&) const = default;
};

// One of those that show the same. Throws sdbus::Error.
Task<std::vector<MutterMonitor>> read_mutter_monitors(sdbus::IConnection& connection);

// Those to be shared, of monitors that are there.
std::vector<MutterMonitor> chosen_of(std::vector<MutterMonitor> monitors, MonitorChoice choice);

} // namespace gds
