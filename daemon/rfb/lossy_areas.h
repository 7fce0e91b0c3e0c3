// SPDX-License-Identifier: GPL-2.0-or-later
// LossyAreas: where a client shows the picture with loss, and since when. No I/O, no clock of its
// own. Owned by the session's PictureSender.
#pragma once

#include "desktop/region.h"

#include <chrono>
#include <optional>
#include <vector>

namespace gds {

class LossyAreas {
public:
    using Time = std::chrono::steady_clock::time_point;

    void sent_with_loss(const Rect& area, Time now);
    void sent_without_loss(const Rect& area);
    // The client copied this there, in the order of the calls.
    void copied(const Rect& to, Point by);
    // These are owed to the client, or not its any more.
    void forget(const Region& areas);
    void keep_within(Size size);

    bool empty() const { return batches_.empty(); }
    // What has been so since then or longer.
    Region since(Time then) const;
    // The first time behind `then` from which something has been so; nothing: there is none.
    std::optional<Time> next_after(Time then) const;

private:
    struct Batch {
        Region areas;
        Time sent;
    };
    void drop_empty();
    std::vector<Batch> batches_; // disjoint; the oldest first
};

} // namespace gds
