// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the session's screen is locked, as its screen saver says on the bus
// (org.gnome.ScreenSaver or org.freedesktop.ScreenSaver). Main thread.
#pragma once

#include "base/bus_call.h"

namespace gds {

// False where no screen saver is running. Never throws.
Task<bool> screen_is_locked(sdbus::IConnection& connection);

} // namespace gds
