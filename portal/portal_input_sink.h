// SPDX-License-Identifier: GPL-2.0-or-later
// PortalInputSink: input events into the portal's Notify* methods, one after the other. Without a
// session, or without the permission, events are dropped. Owned by PortalCapture; main thread.
//
// The portal serves each call on a thread of its own, so two that are under way together may change
// places: the next one is sent when the last one was answered. What comes meanwhile waits, motions
// merged.
//
// A compositor makes its virtual keyboard and pointer with their first event, and applications bind
// them some time later: what comes in between is lost to them. So the session starts with a
// harmless key, and keys (after the first motion: buttons and wheel) wait a moment.
#pragma once

#include "base/source.h"
#include "desktop/input_sink.h"
#include "portal/output_layout.h"
#include "portal/portal_bus.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class PortalInputSink : public InputSink {
public:
    struct Session {
        std::string path;
        std::vector<std::uint32_t> nodes; // of the streams, in the order of the layout
        bool keyboard = false;
        bool pointer = false;
    };

    explicit PortalInputSink(PortalBus& bus);
    ~PortalInputSink() override;

    void attach(Session session);
    void detach();
    void set_layout(OutputLayout layout) { layout_ = std::move(layout); }

    bool key_code(std::uint32_t evdev_code, KeyState state) override;
    bool key_sym(std::uint32_t keysym, KeyState state) override;
    void pointer_motion(Point position) override;
    bool pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_wheel(int dx, int dy) override;

private:
    // A device that was granted becomes ready some time after its first event.
    struct Device {
        bool granted = false;
        bool ready = false;
        Source warm_up;
    };
    enum class Kind : std::uint8_t { press, release, motion, wheel };
    struct Event {
        Kind kind;
        // Waits until this one is ready. Null: does not wait.
        const Device* device;
        std::function<void()> send;
    };
    struct Link;

    bool push(Event event);
    void pump();
    void warm_up(Device& device);
    void send_motion(Point position);
    template <typename... Arguments>
    void send(const char* method, const Arguments&... arguments);

    PortalBus& bus_;
    std::optional<Session> session_;
    OutputLayout layout_;
    Device keyboard_;
    Device pointer_;
    std::deque<Event> events_;
    std::shared_ptr<Link> link_;
};

} // namespace gds
