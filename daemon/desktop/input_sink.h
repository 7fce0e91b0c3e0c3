// SPDX-License-Identifier: GPL-2.0-or-later
// Where input events go. Calls return at once; an event that cannot be delivered (no permission, no
// session) is dropped. Coordinates are frame pixels; the sink clamps and maps them to its outputs.
#pragma once

#include "desktop/geometry.h"

#include <cstdint>

namespace gds {

enum class KeyState : std::uint8_t { released, pressed };

class InputSink {
public:
    virtual ~InputSink() = default;

    // Whose the events are that follow.
    virtual void set_sender(unsigned) {}
    // Who is thrown out or may not control any more: what is not done yet of what he has sent is
    // not done at all, but for the releases of what is down.
    virtual void drop_waiting(unsigned) {}

    // False: the press was not taken, and nothing is held. A release always is.

    // An evdev key code (KEY_A is 30).
    virtual bool key_code(std::uint32_t evdev_code, KeyState state) = 0;
    // An X11 keysym.
    virtual bool key_sym(std::uint32_t keysym, KeyState state) = 0;
    // Both, as the client's own keyboard has them: the text that it writes counts. Released by
    // key_code().
    virtual bool key(std::uint32_t evdev_code, std::uint32_t /*keysym*/, KeyState state)
    {
        return key_code(evdev_code, state);
    }
    // An evdev button code (BTN_LEFT is 0x110).
    virtual bool pointer_button(std::uint32_t evdev_button, KeyState state) = 0;

    virtual void pointer_motion(Point position) = 0;
    // Of a mouse: for who does not move a pointer but turns his head, say.
    virtual void pointer_relative(int /*dx*/, int /*dy*/) {}
    // Wheel clicks: positive dy scrolls down, positive dx right.
    virtual void pointer_wheel(int dx, int dy) = 0;
};

} // namespace gds
