// SPDX-License-Identifier: GPL-2.0-or-later
// SizeWish: has a stream take the size that was wished last, however fast wishes come. Each change
// has the compositor make the monitor and its buffers anew: while one is under way the next one
// waits, only the newest is kept, and what was asked for and did not come is asked for again.
// Owned by PipeWireStream; main thread.
#pragma once

#include "base/source.h"
#include "desktop/geometry.h"

#include <chrono>
#include <functional>
#include <optional>

namespace gds {

class SizeWish {
public:
    struct Timing {
        std::chrono::milliseconds pace{250}; // from one to the next
        std::chrono::milliseconds patience{1000}; // then it is asked for again
    };

    explicit SizeWish(std::function<void(Size)> ask);
    SizeWish(std::function<void(Size)> ask, Timing timing);

    void wish(Size size);
    // The stream has this size now.
    void came(Size size);

private:
    void ask_if_another();
    void look();

    std::function<void(Size)> ask_;
    Timing timing_;
    std::optional<Size> wished_; // and not there yet
    std::optional<Size> now_; // of the stream
    Size asked_; // last
    bool under_way_ = false; // what was asked for
    int in_vain_ = 0;
    std::chrono::steady_clock::time_point asked_at_{};
    Source timer_; // until the next one may be asked for
};

} // namespace gds
