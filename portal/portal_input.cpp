// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_input.h"

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

sdbus::MethodCall PortalInput::pointer_to(const OutputLayout::StreamPoint& point)
{
    return call("NotifyPointerMotionAbsolute", nodes_.at(point.output), point.x, point.y);
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
