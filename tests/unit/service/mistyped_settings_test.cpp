// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/mistyped_settings.h"

#include "service/policy_from_settings.h"

#include "fakes/lockable_settings.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

class MistypedSettings : public testing::Test {
protected:
    MistypedSettings()
    {
        GSettingsSchema* schema = g_settings_schema_source_lookup(
            g_settings_schema_source_get_default(), "org.gnome.desktop-sharing", TRUE);
        settings =
            GObjectPtr<GSettings>{g_settings_new_full(schema, &backend.get()->parent, nullptr)};
        g_settings_schema_unref(schema);
        g_settings_set_boolean(settings.get(), "enabled", TRUE);
    }
    // What GSettings itself would not write.
    void store(const std::string& key, const char* value)
    {
        (*backend.get()->values)["/org/gnome/desktop-sharing/" + key] =
            g_variant_ref_sink(g_variant_new_parsed(value));
    }
    Policy read() const { return read_policy(settings.get(), {}); }

    GObjectPtr<LockableSettings> backend{LockableSettings::make()};
    GObjectPtr<GSettings> settings;
};

TEST_F(MistypedSettings, GoodValuesAreNone)
{
    g_settings_set(settings.get(), "port", "q", 5901);
    EXPECT_TRUE(mistyped_settings(settings.get()).empty());
    EXPECT_TRUE(read().complaints.empty());
}

TEST_F(MistypedSettings, TheStrictestHoldsAndEachIsNamed)
{
    store("view-only", "'no'");
    store("max-clients", "2");
    store("security-types", "'x509-plain'");
    store("access/rules", "['control']");
    store("access/default", "1");
    store("tls/client-certificates", "false");
    store("negotiate-port", "1");
    store("monitors", "1");
    store("capture", "1");
    store("clipboard", "true");
    const Policy policy = read();
    EXPECT_TRUE(policy.enabled);
    EXPECT_TRUE(policy.view_only);
    EXPECT_EQ(policy.max_clients, 0U);
    EXPECT_TRUE(policy.security_types.empty());
    EXPECT_TRUE(policy.access.rules.empty());
    EXPECT_EQ(policy.access.otherwise, AccessVerdict::deny);
    EXPECT_EQ(policy.tls.client_certificates, ClientCertificates::require);
    EXPECT_FALSE(policy.negotiate_port);
    EXPECT_EQ(policy.monitors, MonitorChoice::primary);
    EXPECT_EQ(policy.capture, CaptureWay::portal);
    EXPECT_EQ(policy.clipboard, ClipboardWays::off);
    EXPECT_EQ(policy.complaints.size(), 10U);
    EXPECT_NE(policy.complaints[4].find("“max-clients” is 2"), std::string::npos)
        << policy.complaints[4];
}

TEST_F(MistypedSettings, AnyOtherSwitchesSharingOff)
{
    for (const char* key :
         {"listen-addresses", "sasl/keytab", "sasl/minimum-ssf", "tls/ca-file", "tls/priority"}) {
        store(key, "[1]");
        const Policy policy = read();
        EXPECT_FALSE(policy.enabled) << key;
        EXPECT_EQ(policy.complaints.size(), 1U) << key;
        g_variant_unref((*backend.get()->values)[std::string{"/org/gnome/desktop-sharing/"} + key]);
        backend.get()->values->erase(std::string{"/org/gnome/desktop-sharing/"} + key);
    }
    EXPECT_TRUE(read().enabled);
}

} // namespace
} // namespace gds
