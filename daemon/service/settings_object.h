// SPDX-License-Identifier: GPL-2.0-or-later
// org.gnome.DesktopSharing.Settings on /org/gnome/DesktopSharing: every key of our schemas as a
// property, made from the schemas themselves. Translates and decides nothing but whether a value
// makes sense. Owned by main, and dropped before the settings.
#pragma once

#include "base/bus_filter.h"
#include "service/policy_from_settings.h"

#include "base/sdbus_compat.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class SettingsObject {
public:
    static constexpr const char* k_interface = "org.gnome.DesktopSharing.Settings";

    // Throws sdbus::Error.
    SettingsObject(sdbus::IConnection& bus, PolicySettings& settings);
    ~SettingsObject();
    SettingsObject(const SettingsObject&) = delete;
    SettingsObject& operator=(const SettingsObject&) = delete;

    // To be called with what PolicySettings tells.
    void on_values_changed(const std::vector<std::string>& properties);

    // A property written with a value of another type, which would not even come to us, and which
    // sd-bus would answer by an error number.
    std::optional<BusRefusal> judge(const BusCall& call) const;
    std::optional<BusRefusal> judge(const PropertyWrite& write) const;

private:
    static void read(const SettingKey& key, sdbus::Message& reply);
    static void write(const SettingKey& key, sdbus::Message& value);

    const std::vector<SettingKey>& keys_;
    std::unique_ptr<sdbus::IObject> object_;
};

} // namespace gds
