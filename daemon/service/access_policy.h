// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of org.gnome.desktop-sharing.access -> Policy.
#pragma once

#include "server/policy.h"

#include <gio/gio.h>

namespace gds {

void read_access(GSettings* access, Policy& policy);

} // namespace gds
