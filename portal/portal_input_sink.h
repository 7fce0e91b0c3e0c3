// SPDX-License-Identifier: GPL-2.0-or-later
// PortalInputSink: input events into the portal's Notify* methods. Without a session, or without
// the permission, events are dropped. Owned by PortalCapture; main thread.
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

    void key_code(std::uint32_t evdev_code, KeyState state) override;
    void key_sym(std::uint32_t keysym, KeyState state) override;
    void pointer_motion(Point position) override;
    void pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_wheel(int dx, int dy) override;

private:
    struct Device {
        bool granted = false;
        bool ready = false;
        bool warming = false;
        Source timer;
        std::deque<std::function<void()>> waiting;
    };
    struct Link;

    void pass(Device& device, std::function<void()> event);
    void warm_up(Device& device);
    void send_key(const char* method, std::int32_t code, KeyState state);
    void send_motion(Point position);
    void send_axis(std::uint32_t axis, int steps);
    template <typename... Arguments>
    void send(const char* method, const Arguments&... arguments);

    PortalBus& bus_;
    std::optional<Session> session_;
    OutputLayout layout_;
    Device keyboard_;
    Device pointer_;
    std::shared_ptr<Link> link_;
};

} // namespace gds
