// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/eis_region.h"

#include <algorithm>

namespace gds {
namespace {

bool same_place(const EisRegion& region, const SharedMonitor& monitor)
{
    return monitor.position && monitor.size && std::int64_t{region.x} == monitor.position->x &&
           std::int64_t{region.y} == monitor.position->y &&
           std::int64_t{region.width} == monitor.size->width &&
           std::int64_t{region.height} == monitor.size->height;
}

} // namespace

std::optional<std::size_t> find_region(const std::vector<EisRegion>& regions,
                                       const SharedMonitor& monitor, bool alone)
{
    const auto index = [&](auto found) {
        return found == regions.end()
                   ? std::nullopt
                   : std::optional{static_cast<std::size_t>(found - regions.begin())};
    };
    if (monitor.mapping_id) {
        const auto mapped = std::ranges::find(regions, monitor.mapping_id, &EisRegion::mapping_id);
        if (mapped != regions.end()) {
            return index(mapped);
        }
    }
    // One that is said to be another monitor is none.
    const auto may_be = [&](const EisRegion& region) {
        return !(monitor.mapping_id && region.mapping_id);
    };
    const auto placed = std::ranges::find_if(regions, [&](const EisRegion& region) {
        return may_be(region) && same_place(region, monitor);
    });
    if (placed == regions.end() && alone && regions.size() == 1 && may_be(regions.front())) {
        return 0;
    }
    return index(placed);
}

EisPosition position_in(const EisRegion& region, const OutputLayout::StreamPoint& point)
{
    const auto along = [](std::uint32_t begin, std::uint32_t length, int pixel, int pixels) {
        return begin + static_cast<double>(length) * pixel / std::max(pixels, 1);
    };
    return {along(region.x, region.width, point.pixel.x, point.pixels.width),
            along(region.y, region.height, point.pixel.y, point.pixels.height)};
}

} // namespace gds
