// SPDX-License-Identifier: GPL-2.0-or-later
// SecondLook: has Mutter's stream begin anew while the screen rests, because the last picture may
// have been lost. Owned by PipeWireStream; main thread.
//
// Mutter sends a pointer-only buffer right behind a picture. Where our side has not woken up by
// then (a busy machine), PipeWire drops both without a word (seen with 0.3.65 and 1.4): a screen
// that comes to rest just then would stay wrong. A stream that goes on after a pause begins with
// the picture as it is; when nothing was lost, it equals the one we have, and nobody is told.
//
// It also notices a source that only has a pointer to send. Mutter 48 puts off a picture that comes
// sooner than one refresh after the pointer, and every monitor that paints has all other streams
// send the pointer: with two monitors the first of them never gets its picture out (MemFd only).
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
        // A look is in vain when it has brought nothing but pointers for this long.
        std::chrono::milliseconds patience{500};
    };

    struct Events {
        // Stops the stream and lets it go on.
        std::function<void(bool active)> set_active;
        // One look after another was in vain. Once; must not destroy it.
        std::function<void()> on_starved;
    };

    explicit SecondLook(Events events);
    SecondLook(Events events, Timing timing);

    void begin();
    // Its first picture may be lost as any other.
    void format_came();
    void picture_came();
    // Buffers without a picture.
    void pointers_came(int count);

private:
    void wait(std::chrono::milliseconds time);
    void look_soon();
    void look_if_at_rest();
    void look();
    void judge();

    Events events_;
    Timing timing_;
    Source timer_;
    std::chrono::steady_clock::time_point due_{};
    std::chrono::steady_clock::time_point news_at_{};
    std::chrono::steady_clock::time_point looked_at_{};
    std::chrono::steady_clock::time_point own_until_{};
    int pointers_ = 0; // since the last look or picture
    int looks_in_vain_ = 0;
};

} // namespace gds
