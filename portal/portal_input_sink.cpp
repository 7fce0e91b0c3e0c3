// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_input_sink.h"

#include "base/log.h"

#include <algorithm>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_warm_up{300};
constexpr std::size_t k_most_waiting = 256;
// A portal that does not answer gets no more motions, and in the end nothing more.
constexpr unsigned k_most_motions_in_flight = 64;
constexpr unsigned k_most_in_flight = 4096;
constexpr int k_most_wheel_steps = 100;

constexpr std::int32_t k_keysym_shift = 0xffe1;
constexpr std::uint32_t k_axis_vertical = 0;
constexpr std::uint32_t k_axis_horizontal = 1;

std::uint32_t portal_state(KeyState state) { return state == KeyState::pressed ? 1 : 0; }

} // namespace

// Outlives the sink while replies are under way.
struct PortalInputSink::Link {
    unsigned in_flight = 0;
    bool complained = false;
    std::optional<Point> newest_motion;
    std::function<void()> on_room;
};

PortalInputSink::PortalInputSink(PortalBus& bus) : bus_(bus) {}

PortalInputSink::~PortalInputSink() { detach(); }

void PortalInputSink::attach(Session session)
{
    detach();
    session_ = std::move(session);
    link_ = std::make_shared<Link>();
    link_->on_room = [this] {
        if (const auto motion = std::exchange(link_->newest_motion, std::nullopt)) {
            send_motion(*motion);
        }
    };
    keyboard_.granted = session_->keyboard;
    pointer_.granted = session_->pointer;
    if (keyboard_.granted) {
        send_key("NotifyKeyboardKeysym", k_keysym_shift, KeyState::pressed);
        send_key("NotifyKeyboardKeysym", k_keysym_shift, KeyState::released);
        warm_up(keyboard_);
    }
}

void PortalInputSink::detach()
{
    keyboard_ = Device{};
    pointer_ = Device{};
    session_.reset();
    if (link_) {
        link_->on_room = nullptr;
        link_.reset();
    }
}

void PortalInputSink::warm_up(Device& device)
{
    device.warming = true;
    device.timer = call_after(k_warm_up, [&device] {
        device.ready = true;
        for (const auto& event : std::exchange(device.waiting, {})) {
            event();
        }
    });
}

void PortalInputSink::pass(Device& device, std::function<void()> event)
{
    if (!device.granted) {
        return;
    }
    if (device.ready) {
        event();
    } else if (device.waiting.size() < k_most_waiting) {
        device.waiting.push_back(std::move(event));
    }
}

void PortalInputSink::key_code(std::uint32_t evdev_code, KeyState state)
{
    pass(keyboard_, [this, evdev_code, state] {
        send_key("NotifyKeyboardKeycode", static_cast<std::int32_t>(evdev_code), state);
    });
}

void PortalInputSink::key_sym(std::uint32_t keysym, KeyState state)
{
    pass(keyboard_, [this, keysym, state] {
        send_key("NotifyKeyboardKeysym", static_cast<std::int32_t>(keysym), state);
    });
}

void PortalInputSink::pointer_motion(Point position)
{
    if (!pointer_.granted) {
        return;
    }
    if (!pointer_.warming) {
        warm_up(pointer_);
    }
    // Behind buttons that wait, so that they are pressed where they were meant to be.
    if (!pointer_.waiting.empty()) {
        pass(pointer_, [this, position] { send_motion(position); });
    } else {
        send_motion(position);
    }
}

void PortalInputSink::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    if (pointer_.granted && !pointer_.warming) {
        warm_up(pointer_);
    }
    pass(pointer_, [this, evdev_button, state] {
        // The place comes first, also when the portal was slow.
        if (const auto motion = std::exchange(link_->newest_motion, std::nullopt)) {
            send_motion(*motion);
        }
        send("NotifyPointerButton", static_cast<std::int32_t>(evdev_button), portal_state(state));
    });
}

void PortalInputSink::pointer_wheel(int dx, int dy)
{
    if (pointer_.granted && !pointer_.warming) {
        warm_up(pointer_);
    }
    pass(pointer_, [this, dx, dy] {
        send_axis(k_axis_vertical, dy);
        send_axis(k_axis_horizontal, dx);
    });
}

void PortalInputSink::send_key(const char* method, std::int32_t code, KeyState state)
{
    send(method, code, portal_state(state));
}

void PortalInputSink::send_motion(Point position)
{
    if (link_->in_flight >= k_most_motions_in_flight) {
        link_->newest_motion = position;
        return;
    }
    const auto target = layout_.map(position);
    if (target && target->output < session_->nodes.size()) {
        send("NotifyPointerMotionAbsolute", session_->nodes[target->output], target->x, target->y);
    }
}

void PortalInputSink::send_axis(std::uint32_t axis, int steps)
{
    if (steps != 0) {
        const std::int32_t bounded = std::clamp(steps, -k_most_wheel_steps, k_most_wheel_steps);
        send("NotifyPointerAxisDiscrete", axis, bounded);
    }
}

template <typename... Arguments>
void PortalInputSink::send(const char* method, const Arguments&... arguments)
{
    if (!session_ || link_->in_flight >= k_most_in_flight) {
        return;
    }
    try {
        auto message = sdbus_method_call(bus_.portal(), k_remote_desktop_interface, method);
        message << sdbus::ObjectPath{session_->path} << VariantMap{};
        (message << ... << arguments);
        BusNotice notice;
        notice.on_error = [link = link_, method](const sdbus::Error& error) {
            if (!std::exchange(link->complained, true)) {
                log_warning(std::string{"the portal refused input ("} + method +
                            "): " + error.what());
            }
        };
        notice.on_done = [link = link_] {
            --link->in_flight;
            if (link->on_room && link->newest_motion) {
                link->on_room();
            }
        };
        notify_bus(bus_.portal(), message, std::move(notice));
        ++link_->in_flight;
    } catch (const sdbus::Error& error) {
        if (!std::exchange(link_->complained, true)) {
            log_warning(std::string{"input could not be sent: "} + error.what());
        }
    }
}

} // namespace gds
