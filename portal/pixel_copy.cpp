// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pixel_copy.h"

#include "desktop/copy_row.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gds {
namespace {

template <PixelOrder order>
std::uint32_t pixel_at(const std::uint8_t* octets)
{
    const std::uint32_t first = octets[0];
    const std::uint32_t green = octets[1];
    const std::uint32_t third = octets[2];
    return order == PixelOrder::bgrx ? third << 16 | green << 8 | first
                                     : first << 16 | green << 8 | third;
}

template <PixelOrder order>
void take_row(const std::uint8_t* __restrict from, std::uint32_t* __restrict to, int count)
{
    if constexpr (order == PixelOrder::bgrx && std::endian::native == std::endian::little) {
        copy_row(from, reinterpret_cast<std::uint8_t*>(to),
                 static_cast<std::size_t>(count) * sizeof *to);
    } else {
        for (int x = 0; x < count; ++x) {
            to[x] = pixel_at<order>(from + static_cast<std::ptrdiff_t>(x) * 4);
        }
    }
}

// The picture's (x, y) is the buffer's (x0 + x*x_per_x + y*x_per_y, y0 + x*y_per_x + y*y_per_y).
// The compositor turned the picture counter-clockwise into the buffer, after flipping it left to
// right for the flipped ones (wl_output.transform).
struct Turn {
    int x0, x_per_x, x_per_y;
    int y0, y_per_x, y_per_y;
};

Turn turn_of(Orientation orientation, Size buffer)
{
    const int right = buffer.width - 1;
    const int bottom = buffer.height - 1;
    switch (orientation) {
    case Orientation::rotated_90:
        return {0, 0, 1, bottom, -1, 0};
    case Orientation::rotated_180:
        return {right, -1, 0, bottom, 0, -1};
    case Orientation::rotated_270:
        return {right, 0, -1, 0, 1, 0};
    case Orientation::flipped:
        return {right, -1, 0, 0, 0, 1};
    case Orientation::flipped_90:
        return {0, 0, 1, 0, 1, 0};
    case Orientation::flipped_180:
        return {0, 1, 0, bottom, 0, -1};
    case Orientation::flipped_270:
        return {right, 0, -1, bottom, -1, 0};
    case Orientation::normal:
        break;
    }
    return {0, 1, 0, 0, 0, 1};
}

template <PixelOrder order>
void copy_rect_turned(const PixelView& from, const Turn& turn, const Rect& rect, Frame& to,
                      Point corner)
{
    for (int y = rect.y; y < rect.bottom(); ++y) {
        std::uint32_t* row = to.row(corner.y + y) + corner.x;
        for (int x = rect.x; x < rect.right(); ++x) {
            const int at_x = turn.x0 + x * turn.x_per_x + y * turn.x_per_y;
            const int at_y = turn.y0 + x * turn.y_per_x + y * turn.y_per_y;
            row[x] = pixel_at<order>(from.data + static_cast<std::size_t>(at_y) * from.stride +
                                     static_cast<std::size_t>(at_x) * 4);
        }
    }
}

template <PixelOrder order>
void copy_rect(const PixelView& from, Orientation orientation, const Rect& rect, Frame& to,
               Point corner)
{
    if (orientation != Orientation::normal) {
        copy_rect_turned<order>(from, turn_of(orientation, from.size), rect, to, corner);
        return;
    }
    for (int y = rect.y; y < rect.bottom(); ++y) {
        const std::uint8_t* row = from.data + static_cast<std::size_t>(y) * from.stride +
                                  static_cast<std::size_t>(rect.x) * 4;
        take_row<order>(row, to.row(corner.y + y) + corner.x + rect.x, rect.width);
    }
}

} // namespace

Size upright_size(Size size, Orientation orientation)
{
    switch (orientation) {
    case Orientation::rotated_90:
    case Orientation::rotated_270:
    case Orientation::flipped_90:
    case Orientation::flipped_270:
        std::swap(size.width, size.height);
        break;
    default:
        break;
    }
    return size;
}

void copy_pixels(const PixelView& from, Orientation orientation, const Region& what, Frame& to,
                 Point corner)
{
    const Rect picture = Rect::of(upright_size(from.size, orientation));
    const Rect room{-corner.x, -corner.y, to.size.width, to.size.height};
    for (const Rect& wanted : what.rects()) {
        const Rect rect = wanted.intersected(picture).intersected(room);
        if (rect.empty()) {
            continue;
        }
        if (from.order == PixelOrder::bgrx) {
            copy_rect<PixelOrder::bgrx>(from, orientation, rect, to, corner);
        } else {
            copy_rect<PixelOrder::rgbx>(from, orientation, rect, to, corner);
        }
    }
}

std::optional<PixelRows> plain_rows(const PixelView& from, Orientation orientation)
{
    constexpr std::size_t k_octets = sizeof(std::uint32_t);
    const bool aligned = std::bit_cast<std::uintptr_t>(from.data) % alignof(std::uint32_t) == 0 &&
                         from.stride % k_octets == 0;
    if (!aligned || from.order != PixelOrder::bgrx || orientation != Orientation::normal ||
        std::endian::native != std::endian::little) {
        return std::nullopt;
    }
    return PixelRows{reinterpret_cast<const std::uint32_t*>(from.data),
                     static_cast<std::ptrdiff_t>(from.stride / k_octets)};
}

} // namespace gds
