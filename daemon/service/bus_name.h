// SPDX-License-Identifier: GPL-2.0-or-later
// Owns our well-known name on the session bus: there is one daemon per session. Owned by main, made
// after the objects are registered, so that whoever sees the name finds them.
#pragma once

#include "base/sdbus_compat.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace gds {

// Another instance has the name; what() is a translated sentence.
struct NameTaken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class BusName {
public:
    static constexpr const char* k_name = "org.gnome.DesktopSharing";
    static constexpr const char* k_path = "/org/gnome/DesktopSharing"; // of the daemon's object

    enum class Replace { no, yes };

    // Throws NameTaken. `on_lost` is called from the main loop when another instance replaced us.
    // The one call to the bus itself that this makes is waited for: nothing is served before.
    BusName(sdbus::IConnection& bus, Replace replace, std::function<void()> on_lost);
    ~BusName();
    BusName(const BusName&) = delete;
    BusName& operator=(const BusName&) = delete;

private:
    void lost();

    std::unique_ptr<sdbus::IProxy> message_bus_;
    std::function<void()> on_lost_;
    sdbus::Slot lost_;
};

} // namespace gds
