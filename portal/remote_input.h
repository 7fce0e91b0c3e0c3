// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteInput: where an open session takes input, one event after the other: calls that are
// answered (NotifyInput), or a connection of libei's (EisInput). Made by the DesktopSession, owned
// by PortalInputSink; main thread.
#pragma once

#include "desktop/input_sink.h"
#include "portal/output_layout.h"

#include <cstdint>
#include <functional>
#include <string>

namespace gds {

enum class WheelAxis : std::uint32_t { vertical, horizontal };

class RemoteInput {
public:
    // None of them may drop the input, but for on_ended.
    struct Events {
        std::function<void()> on_ready; // busy() is over
        // Of an input that takes codes only. False: it cannot be read.
        std::function<bool(const std::string& keymap)> on_keymap;
        std::function<void(std::uint32_t group)> on_group;
        std::function<void()> on_keys_up; // whatever was held
        // It takes nothing more, and the session has no other.
        std::function<void()> on_ended;
    };

    virtual ~RemoteInput() = default;

    // Once, before anything is sent.
    virtual void begin(Events events) = 0;
    // The next event has to wait.
    virtual bool busy() const = 0;
    // It finds no keys for keysyms, and tells its keymap instead.
    virtual bool codes_only() const = 0;

    // Somebody is about to use the pointer. Before that the desktop may have none to show.
    virtual void expect_pointer() = 0;

    virtual void key_code(std::uint32_t evdev_code, KeyState state) = 0;
    virtual void key_sym(std::uint32_t keysym, KeyState state) = 0;
    virtual void pointer_button(std::uint32_t evdev_button, KeyState state) = 0;
    // point.output counts as SessionGrant::monitors does; beyond them nothing happens.
    virtual void pointer_to(const OutputLayout::StreamPoint& point) = 0;
    virtual void pointer_by(double dx, double dy) = 0;
    virtual void wheel(WheelAxis axis, std::int32_t clicks) = 0;
};

} // namespace gds
