// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/frame_pool.h"

#include "desktop/copy_row.h"

#include <algorithm>
#include <optional>

namespace gds {
namespace {

// Only the pool holds it. The copy makes a last release on another thread happen before what
// follows.
bool is_free(const std::shared_ptr<Frame>& frame)
{
    if (frame.use_count() != 1) {
        return false;
    }
    [[maybe_unused]] const std::shared_ptr<Frame> acquire = frame;
    return true;
}

} // namespace

void copy_region(const Frame& from, Frame& to, const Region& what)
{
    for (const Rect& rect : what.rects()) {
        for (int y = rect.y; y < rect.bottom(); ++y) {
            copy_row(from.row(y) + rect.x, to.row(y) + rect.x, rect.width);
        }
    }
}

FramePool::Draft FramePool::draft(Size size, const Region& redrawn)
{
    // Frames of another size are of no use here; who holds one keeps it.
    std::erase_if(slots_, [size](const Slot& slot) { return slot.frame->size != size; });
    Slot* best = nullptr;
    for (Slot& slot : slots_) {
        if (is_free(slot.frame) && (best == nullptr || slot.missed.area() < best->missed.area())) {
            best = &slot;
        }
    }
    const bool continues = latest_ && latest_->size == size;
    if (best == nullptr) {
        return {nullptr, continues ? Region{Rect::of(size)} : Region{}};
    }
    Draft draft{best->frame, continues ? best->missed : Region{}};
    best->missed.add(redrawn);
    return draft;
}

FramePool::Slot& FramePool::slot_of(const std::shared_ptr<Frame>& drawn)
{
    const auto known = std::ranges::find(slots_, drawn, &Slot::frame);
    return known != slots_.end() ? *known : slots_.emplace_back(Slot{drawn, {}});
}

FramePtr FramePool::make_latest(std::shared_ptr<Frame> frame, const Region& damage)
{
    const bool continues = latest_ && latest_->size == frame->size;
    frame->damage = continues ? damage : Region{Rect::of(frame->size)};
    frame->serial = ++serial_;
    for (Slot& slot : slots_) {
        slot.missed.add(frame->damage);
    }
    latest_ = std::move(frame);
    return latest_;
}

FramePtr FramePool::publish(std::shared_ptr<Frame> drawn, const Region& damage)
{
    auto latest = make_latest(drawn, damage);
    slot_of(drawn).missed.clear();
    drawn.reset();
    forget_surplus(k_most_free);
    return latest;
}

FramePtr FramePool::publish_lent(std::shared_ptr<Frame> lent, const Region& damage)
{
    auto latest = make_latest(std::move(lent), damage);
    forget_surplus(k_most_free_beside_lent);
    return latest;
}

void FramePool::keep(std::shared_ptr<Frame> drawn)
{
    slot_of(drawn).missed.clear();
    drawn.reset();
    forget_surplus(k_most_free);
}

void FramePool::forget_surplus(std::size_t most_free)
{
    std::size_t free = 0;
    std::erase_if(slots_, [&free, most_free](const Slot& slot) {
        return is_free(slot.frame) && ++free > most_free;
    });
}

} // namespace gds
