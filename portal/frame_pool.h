// SPDX-License-Identifier: GPL-2.0-or-later
// FramePool: frames that are used again when nobody holds them any more, and what each has missed
// meanwhile. It neither makes nor copies any itself: megabytes are for other threads. Owned by
// DesktopPicture; main thread, though frames may be released on any thread.
#pragma once

#include "desktop/frame.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace gds {

class FramePool {
public:
    struct Draft {
        std::shared_ptr<Frame> frame; // null: all are in use, and a black one is to be made
        // Where its pixels are not those of latest(); nowhere while there is no latest() of that
        // size.
        Region missed;
    };

    // A frame of that size to draw the next picture into, and what it missed. Of `redrawn` the
    // pixels are anything until it is published or kept; if it never is, it is asked for again.
    Draft draft(Size size, const Region& redrawn);

    // Makes `drawn`, which came of draft(), the latest frame. `damage` is all that differs from
    // the one before; ignored (the whole picture) when the size changed.
    FramePtr publish(std::shared_ptr<Frame> drawn, const Region& damage);

    // The same for a frame whose pixels are lent, which is never drawn into.
    FramePtr publish_lent(std::shared_ptr<Frame> lent, const Region& damage);

    // What draft() gave, where no pixel differs from latest().
    void keep(std::shared_ptr<Frame> drawn);

    const FramePtr& latest() const { return latest_; }

    // Frames in existence that were not dropped, in use or not.
    std::size_t size() const { return slots_.size(); }

private:
    struct Slot {
        std::shared_ptr<Frame> frame;
        Region missed; // where its pixels are not those of latest()
    };
    // Free frames beyond this many are let go: of two or three that take turns, and where some of
    // the pictures are lent, of one for the others.
    static constexpr std::size_t k_most_free = 3;
    static constexpr std::size_t k_most_free_beside_lent = 1;

    FramePtr make_latest(std::shared_ptr<Frame> frame, const Region& damage);
    Slot& slot_of(const std::shared_ptr<Frame>& drawn);
    void forget_surplus(std::size_t most_free);

    std::vector<Slot> slots_;
    FramePtr latest_;
    std::uint64_t serial_ = 0;
};

// Copies `what` of `from` into `to`, both of one size.
void copy_region(const Frame& from, Frame& to, const Region& what);

} // namespace gds
