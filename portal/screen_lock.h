// SPDX-License-Identifier: GPL-2.0-or-later
// The lock of the session's screen, by its screen saver on the bus (org.gnome.ScreenSaver or
// org.freedesktop.ScreenSaver), which is not started for it. Main thread.
#pragma once

#include "base/bus_call.h"

namespace gds {

// False where no screen saver is running. Never throws.
Task<bool> screen_is_locked(sdbus::IConnection& connection);

// By the screen saver or, where none is running, by logind, which asks the session for it. Returns
// when it was taken on; false when nobody was there to do it. Never throws.
Task<bool> lock_screen(sdbus::IConnection& connection);

} // namespace gds
