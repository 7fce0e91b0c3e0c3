// SPDX-License-Identifier: GPL-2.0-or-later
// MoveSearch: what of an update a client can copy from what it shows already (CopyRect, RFC 6143,
// 7.7.2). Knows what that is. Owned by the session's updater; main thread, but for Job.
#pragma once

#include "desktop/moved_content.h"

#include <optional>

namespace gds {

class MoveSearch {
public:
    // For any worker.
    struct Job {
        FramePtr shown;
        FramePtr now;
        Region changed;
        Region stale;
        Point last; // the way that it went before, which is tried first
        MovedContent run() const { return find_moved_content(*shown, *now, changed, stale, last); }
    };

    // Nothing: it is not worth looking. `refresh` is what the client has asked for in any case: it
    // may have lost it.
    std::optional<Job> begin(const FramePtr& now, const Region& due, const Region& refresh);
    void end(const MovedContent& found);

    // An update goes out after which the client shows `frame`, except for `lacking`.
    void shows(FramePtr frame, Region lacking);
    // It does not get these after all.
    void lacks(const Region& more) { lacking_.add(more); }
    void shows_something_else() { shown_.reset(); }

private:
    FramePtr shown_;
    Region lacking_;
    Point last_;
    unsigned misses_ = 0;
};

} // namespace gds
