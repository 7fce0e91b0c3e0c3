// SPDX-License-Identifier: GPL-2.0-or-later
// Values of GSettings keys as C++ has them.
#pragma once

#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds {

inline std::vector<std::string> setting_words(GSettings* settings, const char* key)
{
    std::vector<std::string> list;
    char** values = g_settings_get_strv(settings, key);
    for (char** each = values; *each != nullptr; ++each) {
        list.emplace_back(*each);
    }
    g_strfreev(values);
    return list;
}

inline std::string setting_word(GSettings* settings, const char* key)
{
    char* value = g_settings_get_string(settings, key);
    std::string text = value;
    g_free(value);
    return text;
}

} // namespace gds
