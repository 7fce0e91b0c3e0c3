// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_input.h"

#include <algorithm>

namespace gds {
namespace {

std::uint32_t state_word(KeyState state) { return state == KeyState::pressed ? 1 : 0; }

} // namespace

template <typename... Arguments>
sdbus::MethodCall PortalInput::call(const char* method, const Arguments&... arguments)
{
    auto message = sdbus_method_call(bus_.portal(), k_remote_desktop_interface, method);
    message << sdbus::ObjectPath{session_} << VariantMap{};
    (message << ... << arguments);
    return message;
}

sdbus::MethodCall PortalInput::key_code(std::uint32_t evdev_code, KeyState state)
{
    return call("NotifyKeyboardKeycode", static_cast<std::int32_t>(evdev_code), state_word(state));
}

sdbus::MethodCall PortalInput::key_sym(std::uint32_t keysym, KeyState state)
{
    return call("NotifyKeyboardKeysym", static_cast<std::int32_t>(keysym), state_word(state));
}

sdbus::MethodCall PortalInput::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    return call("NotifyPointerButton", static_cast<std::int32_t>(evdev_button), state_word(state));
}

std::vector<sdbus::MethodCall> PortalInput::pointer_to(const OutputLayout::StreamPoint& point)
{
    if (point.output >= nodes_.size()) {
        return {};
    }
    const auto node = nodes_[point.output];
    if (unit_ == PositionUnit::logical || point.logical == point.pixels) {
        return {call("NotifyPointerMotionAbsolute", node, point.x, point.y)};
    }
    // As far as the front end lets it, and the rest from there; motions are logical.
    const Point reached{std::min(point.pixel.x, point.logical.width - 1),
                        std::min(point.pixel.y, point.logical.height - 1)};
    std::vector<sdbus::MethodCall> calls;
    calls.push_back(call("NotifyPointerMotionAbsolute", node, static_cast<double>(reached.x),
                         static_cast<double>(reached.y)));
    if (reached != point.pixel) {
        const auto logical = [](int pixels, int whole_logical, int whole_pixels) {
            return static_cast<double>(pixels) * whole_logical / whole_pixels;
        };
        calls.push_back(pointer_by(
            logical(point.pixel.x - reached.x, point.logical.width, point.pixels.width),
            logical(point.pixel.y - reached.y, point.logical.height, point.pixels.height)));
    }
    return calls;
}

sdbus::MethodCall PortalInput::pointer_by(double dx, double dy)
{
    return call("NotifyPointerMotion", dx, dy);
}

sdbus::MethodCall PortalInput::wheel(WheelAxis axis, std::int32_t clicks)
{
    return call("NotifyPointerAxisDiscrete", static_cast<std::uint32_t>(axis), clicks);
}

} // namespace gds
