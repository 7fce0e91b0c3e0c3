// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of org.gnome.desktop-sharing.tls -> Policy. The files are read by TlsSource.
#pragma once

#include "server/policy.h"

#include <gio/gio.h>

namespace gds {

void read_tls(GSettings* tls, Policy& policy);

} // namespace gds
