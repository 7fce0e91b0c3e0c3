// SPDX-License-Identifier: GPL-2.0-or-later
// RestoreTokenStore: where the portal's restore token lives between sessions. The token lets the
// next session start without a dialog and is good for one use. Implemented by the service floor
// (libsecret, schema org.gnome.DesktopSharing.RestoreToken) and by fakes; used by PortalCapture.
// Main thread.
#pragma once

#include "base/task.h"
#include "desktop/screen_capture.h"

#include <optional>
#include <string>

namespace gds {

// One token per choice of monitors: the portal restores what was picked, not what is asked for.
// PortalCapture bounds each call with a time limit and survives any std::exception from it.
class RestoreTokenStore {
public:
    virtual ~RestoreTokenStore() = default;

    // Nothing when there is none, or when it cannot be read now.
    virtual Task<std::optional<std::string>> load(MonitorChoice monitors) = 0;
    // Replaces what was there.
    virtual Task<> save(MonitorChoice monitors, std::string token) = 0;
    virtual Task<> forget(MonitorChoice monitors) = 0;
};

} // namespace gds
