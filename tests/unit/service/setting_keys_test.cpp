// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/setting_keys.h"

#include "fakes/lockable_settings.h"
#include "service/policy_from_settings.h"
#include "service/setting_rules.h"
#include "service/variant_message.h"

#include <gtest/gtest.h>

#include <algorithm>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gsettingsbackend.h>

namespace gds {
namespace {

class SettingKeys : public testing::Test {
protected:
    SettingKeys()
    {
        GSettingsSchema* schema = g_settings_schema_source_lookup(
            g_settings_schema_source_get_default(), "org.gnome.desktop-sharing", TRUE);
        GSettingsBackend* backend = g_memory_settings_backend_new();
        settings = GObjectPtr<GSettings>{g_settings_new_full(schema, backend, nullptr)};
        g_object_unref(backend);
        g_settings_schema_unref(schema);
        keys = setting_keys(settings.get());
    }
    const SettingKey& key(const std::string& property) const
    {
        return *std::ranges::find(keys, property, &SettingKey::property);
    }
    static std::string judged(const std::string& property, const char* value)
    {
        GVariant* const variant = g_variant_ref_sink(g_variant_new_parsed(value));
        auto allowed = allowed_instead(property, variant);
        g_variant_unref(variant);
        return allowed;
    }

    GObjectPtr<GSettings> settings;
    std::vector<SettingKey> keys;
};

TEST_F(SettingKeys, NamesAreThoseOfTheContract)
{
    EXPECT_EQ(key("ViewOnly").name, "view-only");
    EXPECT_EQ(key("SecurityTypes").type, "as");
    EXPECT_EQ(key("SaslMechanisms").name, "mechanisms");
    EXPECT_EQ(key("SaslMinimumSsf").type, "u");
    EXPECT_EQ(key("AccessRules").type, "a(ss)");
    EXPECT_EQ(key("TlsCertificateFile").name, "certificate-file");
}

TEST_F(SettingKeys, ThoseThatAreLocked)
{
    EXPECT_TRUE(locked_settings(keys).empty());
    GSettingsSchema* schema = g_settings_schema_source_lookup(
        g_settings_schema_source_get_default(), "org.gnome.desktop-sharing", TRUE);
    auto* const backend = LockableSettings::make();
    const GObjectPtr<GSettings> lockable{g_settings_new_full(schema, &backend->parent, nullptr)};
    g_object_unref(backend);
    g_settings_schema_unref(schema);
    const auto more = setting_keys(lockable.get());
    backend->lock("/org/gnome/desktop-sharing/view-only");
    backend->lock("/org/gnome/desktop-sharing/sasl/keytab");
    EXPECT_EQ(locked_settings(more), (std::vector<std::string>{"sasl.keytab", "view-only"}));
}

// A key without a rule is taken as it comes: give it a row in service/setting_rules.cpp, and one in
// tests/integration/settings_table.py. One of a new type cannot be shown yet: see
// service/variant_message.cpp.
TEST_F(SettingKeys, EachHasARuleAndATypeThatCanTravel)
{
    for (const auto& each : keys) {
        EXPECT_TRUE(has_setting_rule(each.property)) << each.property;
        EXPECT_FALSE(allowed_values(each.property).empty()) << each.property;
        EXPECT_TRUE(can_travel(each.type)) << each.property << " is of type " << each.type;
    }
}

TEST_F(SettingKeys, EachDefaultCanBeUsed)
{
    for (const auto& each : keys) {
        GVariant* const value = g_settings_get_default_value(each.part.get(), each.name.c_str());
        EXPECT_EQ(allowed_instead(each.property, value), "") << each.property;
        g_variant_unref(value);
    }
}

TEST_F(SettingKeys, ASnapshotTellsWhatDiffers)
{
    const auto before = setting_snapshot(keys);
    g_settings_set_string(key("SaslRealm").part.get(), "realm", "EXAMPLE.ORG");
    auto after = setting_snapshot(keys);
    EXPECT_EQ(after["SaslRealm"], "'EXAMPLE.ORG'");
    after["SaslRealm"] = before.at("SaslRealm");
    EXPECT_EQ(after, before);
}

TEST_F(SettingKeys, WhatTheRulesRefuseThePolicyNames)
{
    const std::pair<const char*, const char*> bad[] = {
        {"Port", "uint16 0"},
        {"MaxClients", "uint32 0"},
        {"SecurityTypes", "@as []"},
        {"SecurityTypes", "['nonsense']"},
        {"Monitors", "'nonsense'"},
        {"ListenAddresses", "['']"},
        {"AccessRules", "[('maybe', 'bob')]"},
        {"AccessDefault", "'maybe'"},
        {"SaslMechanisms", "['nonsense']"},
        {"SaslKeytab", "'/nonexistent'"},
        {"SaslMinimumSsf", "uint32 56"},
        {"SaslPasswordSource", "'nonsense'"},
        {"TlsClientCertificates", "'maybe'"},
    };
    for (const auto& [property, value] : bad) {
        EXPECT_NE(judged(property, value), "") << property << " = " << value;
        GSettings* const part = key(property).part.get();
        const char* const name = key(property).name.c_str();
        g_settings_set_value(part, name, g_variant_new_parsed(value));
        EXPECT_FALSE(read_policy(settings.get(), {}).complaints.empty())
            << property << " = " << value;
        g_settings_reset(part, name);
        EXPECT_TRUE(read_policy(settings.get(), {}).complaints.empty()) << property;
    }
}

TEST_F(SettingKeys, AddressesAreThoseThatCanBeListenedOn)
{
    EXPECT_EQ(judged("ListenAddresses",
                     "['192.0.2.1', '2001:db8::1', 'fe80::1%eth0', 'eth0.100', 'unix:/run/x']"),
              "");
    for (const char* bad : {"['300.1.1.1']", "['unix:']", "['unix:relative']", "['a b']",
                            "['sixteen-letters-']", "['192.0.2.1:5900']"}) {
        EXPECT_NE(judged("ListenAddresses", bad), "") << bad;
    }
}

} // namespace
} // namespace gds
