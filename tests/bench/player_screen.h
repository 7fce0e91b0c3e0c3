// SPDX-License-Identifier: GPL-2.0-or-later
// The window over the whole screen that a scene is shown in.
#pragma once

#include "canvas.h"

#include <memory>
#include <vector>

namespace gds::bench {

class PlayerScreen {
public:
    virtual ~PlayerScreen() = default;

    virtual Size size() const = 0;

    // One buffer after the other is painted; a buffer keeps what was painted into it.
    struct Buffer {
        Canvas canvas;
        std::uint32_t frame = 0; // that it shows
        bool painted = false;
    };

    // Nothing while the display has all of them, or does not want a frame yet.
    virtual Buffer* next() = 0;
    virtual void show(const Buffer& buffer, const std::vector<Rect>& damage) = 0;

    // What the display says arrives there: poll it, then take it.
    virtual int descriptor() const = 0;
    virtual void flush() = 0;
    virtual void take_events() = 0;

    // How many keys were pressed since this was asked.
    int take_keys()
    {
        const int keys = keys_;
        keys_ = 0;
        return keys;
    }

protected:
    int keys_ = 0;
};

std::unique_ptr<PlayerScreen> open_wayland_screen();
std::unique_ptr<PlayerScreen> open_x11_screen();

} // namespace gds::bench
