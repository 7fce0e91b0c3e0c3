// SPDX-License-Identifier: GPL-2.0-or-later
// Which region of an absolute device of libei's is a shared monitor. Pure.
#pragma once

#include "desktop/geometry.h"
#include "portal/desktop_session.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gds {

// In the desktop's logical coordinates.
struct EisRegion {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::optional<std::string> mapping_id;
};

// That of the monitor's mapping_id. Where nobody tells one: that of its place, or the only one
// where there is one monitor (`alone`).
std::optional<std::size_t> find_region(const std::vector<EisRegion>& regions,
                                       const SharedMonitor& monitor, bool alone);

struct EisPosition {
    double x = 0;
    double y = 0;
};
// Within the region, where the region is not empty.
EisPosition position_in(const EisRegion& region, const OutputLayout::StreamPoint& point);

} // namespace gds
