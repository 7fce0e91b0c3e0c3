// SPDX-License-Identifier: GPL-2.0-or-later
// PortalInput: the Notify* methods of org.freedesktop.portal.RemoteDesktop. Main thread.
#pragma once

#include "portal/notify_input.h"
#include "portal/portal_bus.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gds {

// In what a position on a monitor is counted. The portal's description says logical coordinates;
// its front end refuses what is beyond the logical size; Mutter, to which GNOME's back end hands
// positions as they are, counts pixels.
enum class PositionUnit { logical, pixel };

class PortalInput final : public NotifyCalls {
public:
    // `bus` outlives it. `nodes`: of the streams.
    PortalInput(PortalBus& bus, std::string session, std::vector<std::uint32_t> nodes,
                PositionUnit unit)
        : bus_(bus), session_(std::move(session)), nodes_(std::move(nodes)), unit_(unit)
    {}

    sdbus::IProxy& object() override { return bus_.portal(); }

    sdbus::MethodCall key_code(std::uint32_t evdev_code, KeyState state) override;
    sdbus::MethodCall key_sym(std::uint32_t keysym, KeyState state) override;
    sdbus::MethodCall pointer_button(std::uint32_t evdev_button, KeyState state) override;
    std::vector<sdbus::MethodCall> pointer_to(const OutputLayout::StreamPoint& point) override;
    sdbus::MethodCall pointer_by(double dx, double dy) override;
    sdbus::MethodCall wheel(WheelAxis axis, std::int32_t clicks) override;

private:
    template <typename... Arguments>
    sdbus::MethodCall call(const char* method, const Arguments&... arguments);

    PortalBus& bus_;
    const std::string session_;
    const std::vector<std::uint32_t> nodes_;
    const PositionUnit unit_;
};

} // namespace gds
