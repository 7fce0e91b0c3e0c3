// SPDX-License-Identifier: GPL-2.0-or-later
// All keys of our settings schemas, with their names on D-Bus: “minimum-ssf” of “sasl” is
// SaslMinimumSsf. What the schema lists is here, so that no list has to be kept beside it.
#pragma once

#include "base/gobject_ptr.h"

#include <map>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds {

struct SettingKey {
    std::string property; // on D-Bus
    std::string name; // in the schema
    std::string type; // of GVariant, which is that of D-Bus
    GObjectPtr<GSettings> part; // the settings, or the child of them, that have the key
};

// `settings` are those of org.gnome.desktop-sharing. Sorted by property.
std::vector<SettingKey> setting_keys(GSettings* settings);

// Values as text, by property.
std::map<std::string, std::string> setting_snapshot(const std::vector<SettingKey>& keys);

// Those that an administrator has locked: “view-only”, “sasl.keytab”.
std::vector<std::string> locked_settings(const std::vector<SettingKey>& keys);

} // namespace gds
