// SPDX-License-Identifier: GPL-2.0-or-later
// A set of pixels as disjoint rectangles (pixman_region32). A value.
#pragma once

#include "desktop/geometry.h"

#include <cstddef>
#include <vector>

#include <pixman.h>

namespace gds {

class Region {
public:
    Region();
    Region(const Rect& rect); // an empty rectangle gives an empty region
    Region(const Region& other);
    Region(Region&& other) noexcept;
    Region& operator=(const Region& other);
    Region& operator=(Region&& other) noexcept;
    ~Region();
    // The union of all of them, at the cost of one sort.
    static Region of(const std::vector<Rect>& rects);

    bool empty() const;
    Rect bounds() const;
    std::int64_t area() const;
    std::size_t rect_count() const;
    std::vector<Rect> rects() const; // top to bottom, left to right (y-x banded)
    bool contains(Point p) const;
    bool intersects(const Rect& rect) const;

    void clear();
    void add(const Rect& rect);
    void add(const Region& other);
    void subtract(const Region& other);
    void intersect(const Region& other);
    void translate(int dx, int dy);
    // Becomes its bounds() when it has more rectangles than that: who may name rectangles must not
    // make every operation on the region slow.
    void simplify(std::size_t most_rects);

    bool operator==(const Region& other) const;

private:
    pixman_region32_t region_;
};

} // namespace gds
