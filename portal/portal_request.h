// SPDX-License-Identifier: GPL-2.0-or-later
// One exchange with xdg-desktop-portal: a method call that is answered, perhaps much later and
// after a dialog, by a Response signal of a Request object. Dropping the Task closes the request,
// and with it the dialog.
#pragma once

#include "base/task.h"
#include "portal/portal_bus.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace gds {

// Response 1: the person at the desk said no.
struct PortalRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};
// Response 2: it ended in some other way.
struct PortalFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};
// The portal left the bus before it answered.
struct PortalVanished : std::runtime_error {
    PortalVanished() : std::runtime_error("the portal left the bus") {}
};

struct PortalCall {
    const char* interface = nullptr;
    const char* method = nullptr;
    std::optional<std::string> session = {};
    std::optional<std::string> parent_window = {};
    VariantMap options = {};
};

inline constexpr std::chrono::milliseconds k_bus_call_limit{10'000};

// Throws PortalRefused, PortalFailed, PortalVanished, TimedOut or sdbus::Error.
Task<VariantMap> portal_request(PortalBus& bus, PortalCall call, std::chrono::milliseconds limit);

} // namespace gds
