// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/update_request.h"

namespace gds {

namespace {

// A client may ask for, and the picture may change in, any number of scattered pixels.
constexpr std::size_t k_most_rects = 256;

} // namespace

void UpdateRequest::set_size(Size size)
{
    // Who watched the whole of the old framebuffer watches the whole of the new: some clients do
    // not ask again when they are told of a new size.
    if (clipped(continuous_area_) == Rect::of(size_)) {
        continuous_area_ = Rect::of(size);
    }
    size_ = size;
    owed_ = Region{Rect::of(size)};
    refresh_ = owed_; // nothing of the old content is sure to be there
    if (!requested_.empty()) {
        requested_ = owed_;
    }
}

void UpdateRequest::ask(bool incremental, const Rect& area)
{
    if (continuous_ && incremental) {
        return;
    }
    const Rect now = clipped(area);
    asked_ = true;
    requested_.add(now);
    requested_.simplify(k_most_rects);
    if (!incremental) {
        owed_.add(now);
        owed_.simplify(k_most_rects);
        refresh_.add(now);
        refresh_.simplify(k_most_rects);
    }
}

void UpdateRequest::enable_continuous(const Rect& area)
{
    continuous_ = true;
    continuous_area_ = area;
}

void UpdateRequest::disable_continuous() { continuous_ = false; }

void UpdateRequest::add_damage(const Region& damage)
{
    owed_.add(damage);
    owed_.intersect(Rect::of(size_));
    owed_.simplify(k_most_rects);
}

Region UpdateRequest::wanted(Region of) const
{
    Region asked = requested_;
    if (continuous_) {
        asked.add(clipped(continuous_area_));
    }
    of.intersect(asked);
    return of;
}

void UpdateRequest::answered(const Region& sent)
{
    owed_.subtract(sent);
    owed_.simplify(k_most_rects);
    refresh_.subtract(sent);
    refresh_.simplify(k_most_rects);
    requested_.clear();
    asked_ = false;
}

} // namespace gds
