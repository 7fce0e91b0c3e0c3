// SPDX-License-Identifier: GPL-2.0-or-later
// Short pieces of rows, scattered evenly: whether they stood elsewhere is seen at a glance where
// one knows where to look.
#include "desktop/moved_votes.h"

#include <algorithm>
#include <cstdint>

namespace gds {

namespace {

constexpr int k_width = 16;
// Of this many by this many; those that are plain or have not changed say nothing.
constexpr int k_spots = 16;
constexpr int k_fewest = 16;

bool is_plain(const std::uint32_t* row)
{
    return std::all_of(row + 1, row + k_width,
                       [row](std::uint32_t each) { return ((each ^ row[0]) & k_rgb_mask) == 0; });
}

bool equal(const std::uint32_t* a, const std::uint32_t* b)
{
    return std::equal(a, a + k_width, b, [](std::uint32_t one, std::uint32_t other) {
        return ((one ^ other) & k_rgb_mask) == 0;
    });
}

// Not in lines and columns, as what is shown often is.
Point spot_in(const Rect& cell, unsigned number)
{
    const std::uint32_t scattered = number * 0x9e3779b1U;
    const auto part = [](int length, std::uint32_t of_65536) {
        return static_cast<int>(static_cast<std::int64_t>(length) * of_65536 >> 16);
    };
    return {cell.x + part(cell.width, scattered >> 16),
            cell.y + part(cell.height, scattered & 0xffffU)};
}

} // namespace

bool mostly_moved_by(const Frame& before, const Frame& now, const Region& changed, Point by)
{
    const Rect area = changed.bounds();
    int telling = 0;
    int moved = 0;
    for (int i = 0; i < k_spots * k_spots; ++i) {
        const int left = area.width * (i % k_spots) / k_spots;
        const int top = area.height * (i / k_spots) / k_spots;
        const Rect cell{area.x + left, area.y + top, area.width / k_spots, area.height / k_spots};
        const Point at = spot_in(cell, static_cast<unsigned>(i));
        const Rect spot{at.x, at.y, k_width, 1};
        if (spot.intersected(area) != spot) {
            continue;
        }
        const std::uint32_t* is = now.row(at.y) + at.x;
        if (is_plain(is) || equal(is, before.row(at.y) + at.x)) {
            continue;
        }
        ++telling;
        const Rect source{at.x - by.x, at.y - by.y, k_width, 1};
        if (source.intersected(Rect::of(before.size)) == source &&
            equal(is, before.row(source.y) + source.x)) {
            ++moved;
        }
    }
    return telling >= k_fewest && 2 * moved > telling;
}

} // namespace gds
