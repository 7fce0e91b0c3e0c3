// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteInput: the calls by which an open session takes input, in the words of whoever holds it.
// Made by the DesktopSession, owned by PortalInputSink, which sends them; main thread.
#pragma once

#include "base/sdbus_compat.h"
#include "desktop/input_sink.h"
#include "portal/output_layout.h"

#include <cstdint>
#include <vector>

namespace gds {

enum class WheelAxis : std::uint32_t { vertical, horizontal };

class RemoteInput {
public:
    virtual ~RemoteInput() = default;

    // Where the calls go.
    virtual sdbus::IProxy& object() = 0;

    virtual sdbus::MethodCall key_code(std::uint32_t evdev_code, KeyState state) = 0;
    virtual sdbus::MethodCall key_sym(std::uint32_t keysym, KeyState state) = 0;
    virtual sdbus::MethodCall pointer_button(std::uint32_t evdev_button, KeyState state) = 0;
    // Made one after the other. point.output counts as SessionGrant::monitors does; beyond them
    // there is nothing to call.
    virtual std::vector<sdbus::MethodCall> pointer_to(const OutputLayout::StreamPoint& point) = 0;
    virtual sdbus::MethodCall pointer_by(double dx, double dy) = 0;
    virtual sdbus::MethodCall wheel(WheelAxis axis, std::int32_t clicks) = 0;
};

} // namespace gds
