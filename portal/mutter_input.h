// SPDX-License-Identifier: GPL-2.0-or-later
// MutterInput: the Notify* methods of a remote desktop session of Mutter's own. Main thread.
#pragma once

#include "base/sdbus_compat.h"
#include "portal/notify_input.h"

#include <string>
#include <utility>
#include <vector>

namespace gds {

class MutterInput final : public NotifyCalls {
public:
    // `session` outlives it. `streams`: their object paths.
    MutterInput(sdbus::IProxy& session, std::vector<std::string> streams)
        : session_(session), streams_(std::move(streams))
    {}

    sdbus::IProxy& object() override { return session_; }

    sdbus::MethodCall key_code(std::uint32_t evdev_code, KeyState state) override;
    sdbus::MethodCall key_sym(std::uint32_t keysym, KeyState state) override;
    sdbus::MethodCall pointer_button(std::uint32_t evdev_button, KeyState state) override;
    std::vector<sdbus::MethodCall> pointer_to(const OutputLayout::StreamPoint& point) override;
    sdbus::MethodCall pointer_by(double dx, double dy) override;
    sdbus::MethodCall wheel(WheelAxis axis, std::int32_t clicks) override;

private:
    template <typename... Arguments>
    sdbus::MethodCall call(const char* method, const Arguments&... arguments);

    sdbus::IProxy& session_;
    const std::vector<std::string> streams_;
};

} // namespace gds
