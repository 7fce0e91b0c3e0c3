// SPDX-License-Identifier: GPL-2.0-or-later
// Values of settings in D-Bus messages: GVariant <-> sdbus-c++, for the types that our keys have.
#pragma once

#include "base/sdbus_compat.h"

#include <string>

#include <gio/gio.h>

namespace gds {

bool can_travel(const std::string& type);

// Throws std::logic_error for a type that cannot.
void append_variant(sdbus::Message& message, GVariant* value);
// A floating reference, as g_variant_new() gives. Throws sdbus::Error when something else was sent.
GVariant* read_variant(sdbus::Message& message, const std::string& type);

} // namespace gds
