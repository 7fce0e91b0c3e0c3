// SPDX-License-Identifier: GPL-2.0-or-later
// FramePool: frames that are used again when nobody holds them any more. A used one is brought up
// to date by copying only what it missed. Owned by DesktopPicture; main thread, though frames may
// be released on any thread.
#pragma once

#include "desktop/frame.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace gds {

class FramePool {
public:
    struct Draft {
        std::shared_ptr<Frame> frame;
        // Of what is to be redrawn: where its pixels are not those of latest().
        Region stale;
    };

    // A frame of that size to draw the next picture into, its pixels those of latest(); black when
    // there is no latest() of that size; but for `redrawn`, where they are anything, and all of
    // which is to be drawn. Not yet drawn, it is simply asked for again.
    Draft draft(Size size, const Region& redrawn);
    std::shared_ptr<Frame> next(Size size, const Region& redrawn = {})
    {
        return draft(size, redrawn).frame;
    }

    // Makes `drawn`, which came from next(), the latest frame. `damage` is all that differs from
    // the one before; ignored (the whole picture) when the size changed.
    FramePtr publish(std::shared_ptr<Frame> drawn, const Region& damage);

    const FramePtr& latest() const { return latest_; }

    // Frames in existence that were not dropped, in use or not.
    std::size_t size() const { return slots_.size(); }

private:
    struct Slot {
        std::shared_ptr<Frame> frame;
        Region missed; // where its pixels are not those of latest()
    };
    // Free frames beyond this many are let go.
    static constexpr std::size_t k_most_free = 3;

    void forget_surplus();

    std::vector<Slot> slots_;
    FramePtr latest_;
    std::uint64_t serial_ = 0;
};

// Copies `what` of `from` into `to`, both of one size.
void copy_region(const Frame& from, Frame& to, const Region& what);

} // namespace gds
