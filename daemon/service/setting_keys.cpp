// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/setting_keys.h"

#include <algorithm>

namespace gds {

namespace {

// "minimum-ssf" -> "MinimumSsf"
std::string camel_case(const std::string& name)
{
    std::string text;
    bool begins = true;
    for (const char each : name) {
        if (each == '-') {
            begins = true;
        } else {
            text += begins ? g_ascii_toupper(each) : each;
            begins = false;
        }
    }
    return text;
}

GSettingsSchema* schema_of(GSettings* settings)
{
    GSettingsSchema* schema = nullptr;
    g_object_get(settings, "settings-schema", &schema, nullptr);
    return schema;
}

std::vector<std::string> adopt_list(char** list)
{
    const std::vector<std::string> copy(list, list + g_strv_length(list));
    g_strfreev(list);
    return copy;
}

void add_keys(std::vector<SettingKey>& keys, const GObjectPtr<GSettings>& part,
              const std::string& prefix)
{
    GSettingsSchema* const schema = schema_of(part.get());
    for (const auto& name : adopt_list(g_settings_schema_list_keys(schema))) {
        GSettingsSchemaKey* const key = g_settings_schema_get_key(schema, name.c_str());
        const GVariantType* const type = g_settings_schema_key_get_value_type(key);
        keys.push_back(
            {prefix + camel_case(name), name,
             std::string(g_variant_type_peek_string(type), g_variant_type_get_string_length(type)),
             part});
        g_settings_schema_key_unref(key);
    }
    for (const auto& child : adopt_list(g_settings_schema_list_children(schema))) {
        add_keys(keys, GObjectPtr<GSettings>{g_settings_get_child(part.get(), child.c_str())},
                 prefix + camel_case(child));
    }
    g_settings_schema_unref(schema);
}

} // namespace

std::vector<SettingKey> setting_keys(GSettings* settings)
{
    std::vector<SettingKey> keys;
    add_keys(keys, GObjectPtr<GSettings>::ref(settings), {});
    std::ranges::sort(keys, {}, &SettingKey::property);
    return keys;
}

std::map<std::string, std::string> setting_snapshot(const std::vector<SettingKey>& keys)
{
    std::map<std::string, std::string> values;
    for (const auto& key : keys) {
        GVariant* const value = g_settings_get_value(key.part.get(), key.name.c_str());
        char* const text = g_variant_print(value, FALSE);
        values[key.property] = text;
        g_free(text);
        g_variant_unref(value);
    }
    return values;
}

std::vector<std::string> locked_settings(const std::vector<SettingKey>& keys)
{
    std::vector<std::string> locked;
    for (const auto& key : keys) {
        if (g_settings_is_writable(key.part.get(), key.name.c_str()) != FALSE) {
            continue;
        }
        char* schema = nullptr;
        g_object_get(key.part.get(), "schema-id", &schema, nullptr);
        // "org.gnome.desktop-sharing.sasl" has one dot more than "org.gnome.desktop-sharing".
        std::string part{schema};
        g_free(schema);
        part = std::ranges::count(part, '.') > 2 ? part.substr(part.rfind('.') + 1) + '.' : "";
        locked.push_back(part + key.name);
    }
    return locked;
}

} // namespace gds
