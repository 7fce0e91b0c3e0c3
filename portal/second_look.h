// SPDX-License-Identifier: GPL-2.0-or-later
// SecondLook: has Mutter's stream begin anew while the screen rests, because the last picture may
// have been lost. Owned by PipeWireStream; main thread.
//
// Mutter sends a pointer-only buffer right behind a picture. Where our side has not woken up by
// then (a busy machine), PipeWire drops both without a word (seen with 0.3.65 and 1.4): a screen
// that comes to rest just then would stay wrong. A stream that goes on after a pause begins with
// the picture as it is; when nothing was lost, it equals the one we have, and nobody is told.
#pragma once

#include "base/source.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace gds {

class SecondLook {
public:
    struct Timing {
        std::chrono::milliseconds first{600}; // after the stream's begin
        std::chrono::milliseconds rest{1000}; // after a picture
        std::chrono::milliseconds interval{5000}; // while nothing comes at all
        std::chrono::milliseconds pause{30};
        // A picture this soon after a pause is the one that the pause has brought.
        std::chrono::milliseconds own{300};
    };

    // `set_active` stops the stream and lets it go on.
    explicit SecondLook(std::function<void(bool active)> set_active);
    SecondLook(std::function<void(bool active)> set_active, Timing timing);

    void begin();
    void picture_came();

private:
    void wait(std::chrono::milliseconds time);
    void look_if_at_rest();
    void look();

    std::function<void(bool)> set_active_;
    Timing timing_;
    Source timer_;
    std::chrono::steady_clock::time_point due_{};
    std::chrono::steady_clock::time_point news_at_{};
    std::chrono::steady_clock::time_point own_until_{};
};

} // namespace gds
