// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/lossy_areas.h"

#include <algorithm>
#include <cstddef>

namespace gds {

namespace {

// What is sent within this time is of one age.
constexpr std::chrono::milliseconds k_one_age{50};
// A picture torn up more than this is kept with what lies between.
constexpr std::size_t k_most_rects = 256;
constexpr std::size_t k_most_batches = 16;

} // namespace

void LossyAreas::sent_with_loss(const Rect& area, Time now)
{
    sent_without_loss(area);
    if (batches_.empty() ||
        (now - batches_.back().sent > k_one_age && batches_.size() < k_most_batches)) {
        batches_.push_back({{}, now});
    }
    auto& last = batches_.back();
    // The age of the youngest: what moves is not at rest.
    last.sent = batches_.size() == k_most_batches ? now : last.sent;
    last.areas.add(area);
    last.areas.simplify(k_most_rects);
}

void LossyAreas::sent_without_loss(const Rect& area) { forget(area); }

void LossyAreas::copied(const Rect& to, Point by)
{
    const Rect from{to.x - by.x, to.y - by.y, to.width, to.height};
    for (auto& batch : batches_) {
        Region moved = batch.areas;
        moved.intersect(from);
        moved.translate(by.x, by.y);
        batch.areas.subtract(to);
        batch.areas.add(moved);
        batch.areas.simplify(k_most_rects);
    }
    drop_empty();
}

void LossyAreas::forget(const Region& areas)
{
    for (auto& batch : batches_) {
        batch.areas.subtract(areas);
        batch.areas.simplify(k_most_rects);
    }
    drop_empty();
}

void LossyAreas::keep_within(Size size)
{
    for (auto& batch : batches_) {
        batch.areas.intersect(Rect::of(size));
    }
    drop_empty();
}

Region LossyAreas::since(Time then) const
{
    Region found;
    for (const auto& batch : batches_) {
        if (batch.sent <= then) {
            found.add(batch.areas);
        }
    }
    return found;
}

std::optional<LossyAreas::Time> LossyAreas::next_after(Time then) const
{
    const auto found =
        std::ranges::find_if(batches_, [then](const Batch& batch) { return batch.sent > then; });
    return found != batches_.end() ? std::optional{found->sent} : std::nullopt;
}

void LossyAreas::drop_empty()
{
    std::erase_if(batches_, [](const Batch& batch) { return batch.areas.empty(); });
}

} // namespace gds
