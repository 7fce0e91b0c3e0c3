// SPDX-License-Identifier: GPL-2.0-or-later
// PortalInputSink: input events on their way into an open session (RemoteInput), one after the
// other. Without a session, or without the permission, events are dropped. Owned by PortalCapture;
// main thread.
//
// What comes while the session is busy waits, motions merged.
//
// A compositor makes its virtual keyboard and pointer with their first event, and applications bind
// them some time later: what comes in between is lost to them. So the session starts with a
// harmless key, and keys (after the first motion: buttons and wheel) wait a moment.
#pragma once

#include "base/source.h"
#include "desktop/input_sink.h"
#include "portal/input_queue.h"
#include "portal/key_typing.h"
#include "portal/mutter_lock_keys.h"
#include "portal/output_layout.h"
#include "portal/remote_input.h"
#include "portal/wayland_keymap.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace gds {

class PortalInputSink : public InputSink {
public:
    struct Session {
        std::unique_ptr<RemoteInput> input; // its monitors in the order of the layout
        bool keyboard = false;
        bool pointer = false;
    };

    struct Events {
        std::function<void(const LockKeys&)> on_lock_keys;
        // The session takes no more input and is to be opened anew. It may detach.
        std::function<void()> on_input_ended;
    };

    // The connection outlives it.
    PortalInputSink(sdbus::IConnection& connection, Events events);
    ~PortalInputSink() override;

    void attach(Session session);
    void detach();
    void set_layout(OutputLayout layout) { layout_ = std::move(layout); }
    // The compositor is gone.
    void forget_compositor() { mutter_.forget(); }
    // Which of the keymap's layouts is used; empty: not known.
    void set_group(std::optional<std::uint32_t> group);

    void set_sender(unsigned sender) override { sender_ = sender; }
    void drop_waiting(unsigned sender) override { events_.drop(sender); }

    bool key_code(std::uint32_t evdev_code, KeyState state) override;
    bool key_sym(std::uint32_t keysym, KeyState state) override;
    bool key(std::uint32_t evdev_code, std::uint32_t keysym, KeyState state) override;
    void pointer_motion(Point position) override;
    void pointer_relative(int dx, int dy) override;
    bool pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_wheel(int dx, int dy) override;

private:
    // A device that was granted becomes ready some time after its first event.
    struct Device {
        bool granted = false;
        bool ready = false;
        Source warm_up;
    };

    bool push(InputKind kind, InputDevice device, std::uint64_t what, std::function<void()> send);
    bool is_ready(InputDevice device) const;
    void pump();
    bool send_next();
    void send_key(const KeyTyping::Step& step);
    bool push_key(KeyState state, std::uint64_t what, std::function<KeyTyping::Steps()> steps);
    void warm_up(Device& device);
    void send_motion(Point position);
    void send_harmless_key(KeyState state);
    bool take_keymap(const std::string& text);
    void tell_group();

    std::optional<Session> session_;
    OutputLayout layout_;
    Device keyboard_;
    Device pointer_;
    InputQueue events_;
    KeyTyping typing_;
    std::deque<KeyTyping::Step> steps_; // of the key that is being pressed; before all events
    std::optional<std::uint32_t> group_ = 0;
    std::unique_ptr<WaylandKeymap> keymap_;
    Events told_;
    MutterLockKeys mutter_;
    std::optional<LockKeys> told_locks_;
    unsigned sender_ = 0;
};

} // namespace gds
