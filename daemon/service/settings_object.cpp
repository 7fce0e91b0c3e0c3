// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/settings_object.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/bus_name.h"
#include "service/emit.h"
#include "service/sentence.h"
#include "service/setting_rules.h"
#include "service/variant_message.h"

#include <algorithm>
#include <utility>

namespace gds {

namespace {

constexpr const char* k_locked = "org.gnome.DesktopSharing.Error.Locked";
constexpr const char* k_invalid = "org.gnome.DesktopSharing.Error.InvalidValue";
constexpr std::size_t k_longest_value_told = 256;

struct DropVariant {
    void operator()(GVariant* value) const { g_variant_unref(value); }
};
using OwnVariant = std::unique_ptr<GVariant, DropVariant>;

// What can be written beside the settings.
bool is_switch(const PropertyWrite& write)
{
    return (write.interface == "org.gnome.DesktopSharing" && write.property == "Enabled") ||
           (write.interface == "org.gnome.DesktopSharing.Client" && write.property == "ViewOnly");
}

std::string text_of(GVariant* value)
{
    const std::unique_ptr<char, decltype(&g_free)> text{g_variant_print(value, FALSE), g_free};
    return printable(text.get(), k_longest_value_told);
}

} // namespace

SettingsObject::SettingsObject(sdbus::IConnection& bus, PolicySettings& settings)
    : keys_(settings.keys()), object_(sdbus::createObject(bus, sdbus::ObjectPath{BusName::k_path}))
{
    std::vector<SdbusProperty> properties;
    for (const auto& key : keys_) {
        if (!can_travel(key.type)) {
            log_warning("the setting " + key.name + " is of a type that is not shown on D-Bus");
            continue;
        }
        properties.push_back({key.property, key.type,
                              [&key](sdbus::Message& reply) { read(key, reply); },
                              [&key, &settings](sdbus::Message& value) {
                                  write(key, value);
                                  settings.take_now(); // who has the answer can go by it
                              }});
    }
    sdbus_add_properties(*object_, k_interface, std::move(properties));
}

SettingsObject::~SettingsObject() = default;

void SettingsObject::read(const SettingKey& key, sdbus::Message& reply)
{
    const OwnVariant value{g_settings_get_value(key.part.get(), key.name.c_str())};
    append_variant(reply, value.get());
}

void SettingsObject::write(const SettingKey& key, sdbus::Message& message)
{
    GSettings* const settings = key.part.get();
    const char* const name = key.name.c_str();
    const OwnVariant value{g_variant_ref_sink(read_variant(message, key.type))};
    // Translators: security-relevant. “Locked” as in dconf's locks, set by an administrator.
    const auto locked = sdbus_error(k_locked, sentence(_("The setting “%s” is locked. Only the "
                                                         "administrator of this computer can "
                                                         "change it."),
                                                       name));
    if (g_settings_is_writable(settings, name) == FALSE) {
        throw locked;
    }
    if (const auto allowed = allowed_instead(key.property, value.get()); !allowed.empty()) {
        // Translators: the setting (“Port”), the value, and what is allowed.
        throw sdbus_error(k_invalid,
                          sentence(_("%s cannot be %s. Allowed: %s."), key.property.c_str(),
                                   text_of(value.get()).c_str(), allowed.c_str()));
    }
    if (g_settings_set_value(settings, name, value.get()) == FALSE) {
        throw locked;
    }
}

std::optional<BusRefusal> SettingsObject::judge(const BusCall& call) const
{
    const auto write = call.property_write();
    return write ? judge(*write) : std::nullopt;
}

std::optional<BusRefusal> SettingsObject::judge(const PropertyWrite& write) const
{
    std::string type;
    std::string allowed;
    const auto key = std::ranges::find(keys_, write.property, &SettingKey::property);
    if (write.interface == k_interface && key != keys_.end()) {
        type = key->type;
        allowed = allowed_values(key->property);
    } else if (is_switch(write)) {
        type = "b";
        allowed = "true, false";
    }
    if (type.empty() || type == write.type) {
        return std::nullopt;
    }
    // Translators: the setting (“Port”), two types in the notation of D-Bus (“q”, “s”), and what is
    // allowed.
    return BusRefusal{k_invalid, sentence(_("%s has the D-Bus type “%s”, not “%s”. Allowed: %s."),
                                          write.property.c_str(), type.c_str(),
                                          printable(write.type).c_str(), allowed.c_str())};
}

void SettingsObject::on_values_changed(const std::vector<std::string>& properties)
{
    emit_safely("changed settings", [&] {
        const std::vector<sdbus::PropertyName> names(properties.begin(), properties.end());
        object_->emitPropertiesChangedSignal(sdbus::InterfaceName{k_interface}, names);
    });
}

} // namespace gds
