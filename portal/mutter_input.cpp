// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_input.h"

#include "portal/mutter_bus.h"

namespace gds {
namespace {

bool pressed(KeyState state) { return state == KeyState::pressed; }

} // namespace

template <typename... Arguments>
sdbus::MethodCall MutterInput::call(const char* method, const Arguments&... arguments)
{
    auto message = sdbus_method_call(session_, k_mutter_remote_desktop_session, method);
    (message << ... << arguments);
    return message;
}

sdbus::MethodCall MutterInput::key_code(std::uint32_t evdev_code, KeyState state)
{
    return call("NotifyKeyboardKeycode", evdev_code, pressed(state));
}

sdbus::MethodCall MutterInput::key_sym(std::uint32_t keysym, KeyState state)
{
    return call("NotifyKeyboardKeysym", keysym, pressed(state));
}

sdbus::MethodCall MutterInput::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    return call("NotifyPointerButton", static_cast<std::int32_t>(evdev_button), pressed(state));
}

std::vector<sdbus::MethodCall> MutterInput::pointer_to(const OutputLayout::StreamPoint& point)
{
    if (point.output >= streams_.size()) {
        return {};
    }
    return {call("NotifyPointerMotionAbsolute", streams_[point.output],
                 static_cast<double>(point.pixel.x), static_cast<double>(point.pixel.y))};
}

sdbus::MethodCall MutterInput::pointer_by(double dx, double dy)
{
    return call("NotifyPointerMotionRelative", dx, dy);
}

sdbus::MethodCall MutterInput::wheel(WheelAxis axis, std::int32_t clicks)
{
    return call("NotifyPointerAxisDiscrete", static_cast<std::uint32_t>(axis), clicks);
}

} // namespace gds
