// SPDX-License-Identifier: GPL-2.0-or-later
// Points, sizes and rectangles in framebuffer pixels. Rectangles are half open.
#pragma once

#include <algorithm>
#include <cstdint>

namespace gds {

struct Point {
    int x = 0;
    int y = 0;
    bool operator==(const Point&) const = default;
};

struct Size {
    int width = 0;
    int height = 0;
    bool empty() const { return width <= 0 || height <= 0; }
    bool operator==(const Size&) const = default;
};

struct Rect {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;

    static Rect of(Size size) { return {0, 0, size.width, size.height}; }
    Size size() const { return {width, height}; }
    int right() const { return x + width; }
    int bottom() const { return y + height; }
    bool empty() const { return width <= 0 || height <= 0; }
    std::int64_t area() const { return empty() ? 0 : std::int64_t{width} * height; }
    bool contains(Point p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
    Rect intersected(const Rect& other) const
    {
        const int left = std::max(x, other.x);
        const int top = std::max(y, other.y);
        const int width_ = std::min(right(), other.right()) - left;
        const int height_ = std::min(bottom(), other.bottom()) - top;
        return width_ > 0 && height_ > 0 ? Rect{left, top, width_, height_} : Rect{};
    }
    bool operator==(const Rect&) const = default;
};

// The largest framebuffer side that we make, accept and compute with (fits RFB's U16 with room).
inline constexpr int k_max_side = 16384;

} // namespace gds
