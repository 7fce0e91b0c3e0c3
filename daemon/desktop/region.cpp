// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/region.h"

#include <new>
#include <utility>

namespace gds {

namespace {

// pixman answers FALSE only when memory is short.
void check(pixman_bool_t done)
{
    if (!done) {
        throw std::bad_alloc{};
    }
}

// pixman's functions take regions they only read by non-const pointer in older versions.
pixman_region32_t* readable(const pixman_region32_t& region)
{
    return const_cast<pixman_region32_t*>(&region); // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

Rect rect_of(const pixman_box32_t& box)
{
    return {box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1};
}

} // namespace

Region::Region() { pixman_region32_init(&region_); }

Region::Region(const Rect& rect)
{
    if (rect.empty()) {
        pixman_region32_init(&region_);
        return;
    }
    pixman_region32_init_rect(&region_, rect.x, rect.y, static_cast<unsigned>(rect.width),
                              static_cast<unsigned>(rect.height));
}

Region::Region(const Region& other)
{
    pixman_region32_init(&region_);
    check(pixman_region32_copy(&region_, readable(other.region_)));
}

Region::Region(Region&& other) noexcept : region_(other.region_)
{
    pixman_region32_init(&other.region_);
}

Region& Region::operator=(const Region& other)
{
    if (this != &other) {
        check(pixman_region32_copy(&region_, readable(other.region_)));
    }
    return *this;
}

Region& Region::operator=(Region&& other) noexcept
{
    std::swap(region_, other.region_);
    return *this;
}

Region::~Region() { pixman_region32_fini(&region_); }

Region Region::of(const std::vector<Rect>& rects)
{
    std::vector<pixman_box32_t> boxes;
    boxes.reserve(rects.size());
    for (const Rect& rect : rects) {
        if (!rect.empty()) {
            boxes.push_back({rect.x, rect.y, rect.right(), rect.bottom()});
        }
    }
    Region region;
    if (boxes.empty()) {
        return region;
    }
    pixman_region32_t built;
    check(pixman_region32_init_rects(&built, boxes.data(), static_cast<int>(boxes.size())));
    std::swap(region.region_, built);
    pixman_region32_fini(&built);
    return region;
}

bool Region::empty() const { return !pixman_region32_not_empty(readable(region_)); }

Rect Region::bounds() const
{
    return empty() ? Rect{} : rect_of(*pixman_region32_extents(readable(region_)));
}

std::int64_t Region::area() const
{
    std::int64_t sum = 0;
    for (const Rect& rect : rects()) {
        sum += rect.area();
    }
    return sum;
}

std::size_t Region::rect_count() const
{
    return static_cast<std::size_t>(pixman_region32_n_rects(readable(region_)));
}

std::vector<Rect> Region::rects() const
{
    int count = 0;
    const pixman_box32_t* boxes = pixman_region32_rectangles(readable(region_), &count);
    std::vector<Rect> result;
    result.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        result.push_back(rect_of(boxes[i]));
    }
    return result;
}

bool Region::contains(Point p) const
{
    return pixman_region32_contains_point(readable(region_), p.x, p.y, nullptr) != 0;
}

bool Region::intersects(const Rect& rect) const
{
    if (rect.empty()) {
        return false;
    }
    pixman_box32_t box{rect.x, rect.y, rect.right(), rect.bottom()};
    return pixman_region32_contains_rectangle(readable(region_), &box) != PIXMAN_REGION_OUT;
}

void Region::clear() { *this = Region{}; }

void Region::add(const Rect& rect)
{
    if (!rect.empty()) {
        check(pixman_region32_union_rect(&region_, &region_, rect.x, rect.y,
                                         static_cast<unsigned>(rect.width),
                                         static_cast<unsigned>(rect.height)));
    }
}

void Region::add(const Region& other)
{
    check(pixman_region32_union(&region_, &region_, readable(other.region_)));
}

void Region::subtract(const Region& other)
{
    check(pixman_region32_subtract(&region_, &region_, readable(other.region_)));
}

void Region::intersect(const Region& other)
{
    check(pixman_region32_intersect(&region_, &region_, readable(other.region_)));
}

void Region::translate(int dx, int dy) { pixman_region32_translate(&region_, dx, dy); }

void Region::simplify(std::size_t most_rects)
{
    if (rect_count() > most_rects) {
        *this = Region{bounds()};
    }
}

bool Region::operator==(const Region& other) const
{
    // Empty regions may remember different places: they are equal all the same.
    if (empty() || other.empty()) {
        return empty() && other.empty();
    }
    return pixman_region32_equal(readable(region_), readable(other.region_)) != 0;
}

} // namespace gds
