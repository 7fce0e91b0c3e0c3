// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_switch.h"

#include "base/gobject_ptr.h"

#include <gio/gio.h>

namespace gds {

namespace {

struct Protocol {
    bool installed = false;
    bool enabled = false;
};

// A key that is not there would end the process; versions of GNOME differ in theirs.
Protocol read_protocol(const char* name, std::uint16_t& port)
{
    Protocol found;
    GSettingsSchemaSource* const source = g_settings_schema_source_get_default();
    GSettingsSchema* const schema =
        source != nullptr ? g_settings_schema_source_lookup(source, name, TRUE) : nullptr;
    if (schema == nullptr) {
        return found;
    }
    found.installed = true;
    const GObjectPtr<GSettings> settings{g_settings_new_full(schema, nullptr, nullptr)};
    const auto value_of = [&](const char* key, const char* type) -> GVariant* {
        if (g_settings_schema_has_key(schema, key) == FALSE) {
            return nullptr;
        }
        GVariant* const value = g_settings_get_value(settings.get(), key);
        if (g_variant_is_of_type(value, G_VARIANT_TYPE(type)) != FALSE) {
            return value;
        }
        g_variant_unref(value);
        return nullptr;
    };
    if (GVariant* const enable = value_of("enable", "b"); enable != nullptr) {
        found.enabled = g_variant_get_boolean(enable) != FALSE;
        g_variant_unref(enable);
    }
    if (GVariant* const number = value_of("port", "q"); number != nullptr) {
        port = g_variant_get_uint16(number);
        g_variant_unref(number);
    }
    g_settings_schema_unref(schema);
    return found;
}

} // namespace

GnomeSwitch read_gnome_switch()
{
    GnomeSwitch found;
    const auto rdp = read_protocol("org.gnome.desktop.remote-desktop.rdp", found.rdp_port);
    const auto vnc = read_protocol("org.gnome.desktop.remote-desktop.vnc", found.vnc_port);
    found.installed = rdp.installed || vnc.installed;
    found.rdp = rdp.enabled;
    found.vnc = vnc.enabled;
    return found;
}

} // namespace gds
