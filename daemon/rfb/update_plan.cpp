// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/update_plan.h"

#include "rfb/rect_pieces.h"

#include <algorithm>
#include <utility>

namespace gds {

namespace {

// Pixels that may be sent needlessly to save a rectangle: its header and the encoder's start cost
// about as much.
constexpr std::int64_t k_spare_pixels = 2048;
// How many of the rectangles before are looked at for a merge; the list is sorted from top to
// bottom.
constexpr std::size_t k_neighbours = 16;
// The grid that is left when a region is too torn: columns x rows is k_max_update_rects.
constexpr int k_grid_columns = 4;
constexpr int k_grid_rows = 8;

Rect hull(const Rect& a, const Rect& b)
{
    const int left = std::min(a.x, b.x);
    const int top = std::min(a.y, b.y);
    return {left, top, std::max(a.right(), b.right()) - left,
            std::max(a.bottom(), b.bottom()) - top};
}

bool worth_merging(const Rect& a, const Rect& b)
{
    const auto apart = a.area() + b.area();
    return hull(a, b).area() <= apart + apart / 4 + k_spare_pixels;
}

std::vector<Rect> merge_neighbours(const std::vector<Rect>& rects)
{
    std::vector<Rect> merged;
    for (const auto& rect : rects) {
        const auto first = merged.size() > k_neighbours ? merged.size() - k_neighbours : 0;
        std::size_t match = first;
        while (match < merged.size() && !worth_merging(merged[match], rect)) {
            ++match;
        }
        if (match < merged.size()) {
            merged[match] = hull(merged[match], rect);
        } else {
            merged.push_back(rect);
        }
    }
    return merged;
}

std::vector<Rect> gather_in_grid(const Region& region)
{
    const Rect bounds = region.bounds();
    std::vector<Rect> cells;
    for (int row = 0; row < k_grid_rows; ++row) {
        const int top = bounds.y + bounds.height * row / k_grid_rows;
        const int bottom = bounds.y + bounds.height * (row + 1) / k_grid_rows;
        for (int column = 0; column < k_grid_columns; ++column) {
            const int left = bounds.x + bounds.width * column / k_grid_columns;
            const int right = bounds.x + bounds.width * (column + 1) / k_grid_columns;
            Region cell{Rect{left, top, right - left, bottom - top}};
            cell.intersect(region);
            if (!cell.empty()) {
                cells.push_back(cell.bounds());
            }
        }
    }
    return cells;
}

// `over` is premultiplied (Porter and Duff's "over").
std::uint32_t blend(std::uint32_t under, std::uint32_t over)
{
    const std::uint32_t alpha = over >> 24;
    std::uint32_t result = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const std::uint32_t below = (under >> shift) & 0xff;
        const std::uint32_t above = (over >> shift) & 0xff;
        const std::uint32_t sum = above + (below * (255 - alpha) + 127) / 255;
        result |= std::min<std::uint32_t>(sum, 255) << shift;
    }
    return result;
}

} // namespace

Rect Overlay::area() const
{
    return picture ? Rect{at.x, at.y, picture->size.width, picture->size.height} : Rect{};
}

Rect cursor_area(const Cursor& cursor, Size frame)
{
    if (!cursor.shape || cursor.shape->size.empty()) {
        return {};
    }
    const auto& shape = *cursor.shape;
    const Rect possible{-k_max_side, -k_max_side, 2 * k_max_side, 2 * k_max_side};
    const auto claimed = static_cast<std::uint64_t>(shape.size.width) *
                         static_cast<std::uint64_t>(shape.size.height);
    if (shape.pixels.size() < claimed || !possible.contains(cursor.position) ||
        !possible.contains(shape.hotspot)) {
        return {};
    }
    const Rect sprite{cursor.position.x - shape.hotspot.x, cursor.position.y - shape.hotspot.y,
                      shape.size.width, shape.size.height};
    return sprite.intersected(Rect::of(frame));
}

Overlay draw_cursor(const Frame& frame, const Cursor& cursor)
{
    const Rect area = cursor_area(cursor, frame.size);
    if (area.empty()) {
        return {};
    }
    const auto& shape = *cursor.shape;
    const int skip_x = area.x - (cursor.position.x - shape.hotspot.x);
    const int skip_y = area.y - (cursor.position.y - shape.hotspot.y);
    auto picture = std::make_shared<Frame>(area.size());
    for (int y = 0; y < area.height; ++y) {
        const auto* under = frame.row(area.y + y) + area.x;
        const auto* over = shape.pixels.data() +
                           static_cast<std::ptrdiff_t>(skip_y + y) * shape.size.width + skip_x;
        auto* out = picture->row(y);
        for (int x = 0; x < area.width; ++x) {
            out[x] = blend(under[x], over[x]);
        }
    }
    return {std::move(picture), {area.x, area.y}};
}

std::vector<Rect> few_rects(const Region& region)
{
    if (region.empty()) {
        return {};
    }
    const Rect bounds = region.bounds();
    const auto area = region.area();
    if (bounds.area() <= area + area / 4 + k_spare_pixels) {
        return {bounds};
    }
    auto rects = merge_neighbours(region.rects());
    if (rects.size() > 1) {
        rects = merge_neighbours(rects);
    }
    return rects.size() <= k_max_update_rects ? rects : gather_in_grid(region);
}

std::vector<Piece> plan_update(const Region& region, const FramePtr& frame, const Overlay& overlay)
{
    std::vector<Piece> pieces;
    const auto cut = [&](const FramePtr& source, const Rect& from, Point by) {
        for (const auto& piece : pieces_of(from)) {
            pieces.push_back({source, piece, {piece.x + by.x, piece.y + by.y}});
        }
    };
    const Rect covered = overlay.area();
    for (const auto& rect : few_rects(region)) {
        const Rect seen = rect.intersected(Rect::of(frame->size));
        Region plain{seen};
        plain.subtract(Region{covered});
        for (const auto& part : plain.rects()) {
            cut(frame, part, {});
        }
        const Rect drawn = seen.intersected(covered);
        cut(overlay.picture, {drawn.x - covered.x, drawn.y - covered.y, drawn.width, drawn.height},
            {covered.x, covered.y});
        Region beyond{rect};
        beyond.subtract(Region{seen});
        for (const auto& part : beyond.rects()) {
            cut(nullptr, part, {});
        }
    }
    if (pieces.size() > k_max_pieces) {
        return plan_update(region.bounds(), frame, overlay);
    }
    return pieces;
}

} // namespace gds
