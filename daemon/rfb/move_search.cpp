// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/move_search.h"

#include <utility>

namespace gds {

namespace {

// What is typed is sent before it is found.
constexpr std::int64_t k_least_area = 128 * 128;
// A film does not move as a whole; from so many misses on it is looked at now and then.
constexpr unsigned k_patience = 8;

} // namespace

std::optional<MoveSearch::Job> MoveSearch::begin(const FramePtr& now, const Region& due,
                                                 const Region& refresh)
{
    if (!shown_ || shown_->size != now->size) {
        return std::nullopt;
    }
    Job job{shown_, now, due, lacking_, last_};
    job.changed.intersect(Rect::of(now->size));
    job.changed.subtract(refresh);
    job.stale.add(refresh);
    if (job.changed.area() < k_least_area) {
        return std::nullopt;
    }
    if (misses_ >= k_patience && ++misses_ % k_patience != 0) {
        return std::nullopt;
    }
    return job;
}

void MoveSearch::end(const MovedContent& found)
{
    if (found.to.empty()) {
        ++misses_;
        return;
    }
    last_ = found.by;
    misses_ = 0;
}

void MoveSearch::shows(FramePtr frame, Region lacking)
{
    shown_ = std::move(frame);
    lacking_ = std::move(lacking);
}

} // namespace gds
