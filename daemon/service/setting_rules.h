// SPDX-License-Identifier: GPL-2.0-or-later
// Which values of a setting can be used at all, as who writes one over D-Bus is told. By the value
// alone: what it needs besides (a mechanism that is not installed, a keytab for GSSAPI) is for the
// policy to name. A table with a row per key; a test says which key has none.
#pragma once

#include <string>
#include <string_view>

#include <gio/gio.h>

namespace gds {

bool has_setting_rule(std::string_view property);

// Empty: it can be used. Otherwise what is allowed, for people. `value` has the key's type.
std::string allowed_instead(std::string_view property, GVariant* value);

// What is allowed, whatever the value.
std::string allowed_values(std::string_view property);

} // namespace gds
