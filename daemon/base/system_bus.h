// SPDX-License-Identifier: GPL-2.0-or-later
// The message bus of the system, where there is one. Main thread.
#pragma once

#include "base/gobject_ptr.h"
#include "base/task.h"

#include <gio/gio.h>

namespace gds {

// Throws where there is none.
Task<GObjectPtr<GDBusConnection>> system_bus();

} // namespace gds
