// SPDX-License-Identifier: GPL-2.0-or-later
// Values of another type than their key has, as a slip in dconf's key files gives them: “port=5901”
// is an int32, and the key wants a uint16. GSettings passes over such a value without a word and
// takes the default, which may be wider than what was meant.
#pragma once

#include "server/policy.h"
#include "service/setting_keys.h"

#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds {

struct MistypedSetting {
    SettingKey key;
    std::string value; // as GVariant writes it, with its type
};

// Found where the store of the settings can hold such a thing.
std::vector<MistypedSetting> mistyped_settings(GSettings* settings);

// Names each in Policy::complaints and takes the strictest way that the key has.
void read_mistyped(const std::vector<MistypedSetting>& found, Policy& policy);

} // namespace gds
