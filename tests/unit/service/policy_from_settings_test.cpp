// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/policy_from_settings.h"

#include <gtest/gtest.h>

#include <initializer_list>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gsettingsbackend.h>

namespace gds {
namespace {

class PolicyFromSettings : public testing::Test {
protected:
    PolicyFromSettings()
    {
        GSettingsSchemaSource* source = g_settings_schema_source_get_default();
        GSettingsSchema* schema =
            g_settings_schema_source_lookup(source, "org.gnome.desktop-sharing", TRUE);
        GSettingsBackend* backend = g_memory_settings_backend_new();
        settings_ = GObjectPtr<GSettings>{g_settings_new_full(schema, backend, nullptr)};
        g_object_unref(backend);
        g_settings_schema_unref(schema);
    }

    void set_words(const char* key, std::initializer_list<const char*> words)
    {
        std::vector<const char*> list{words};
        list.push_back(nullptr);
        g_settings_set_strv(settings_.get(), key, list.data());
    }
    GObjectPtr<GSettings> child(const char* name)
    {
        return GObjectPtr<GSettings>{g_settings_get_child(settings_.get(), name)};
    }
    void set_rules(const char* text)
    {
        g_settings_set_value(child("access").get(), "rules", g_variant_new_parsed(text));
    }
    Policy read(const CommandLine& command_line = {})
    {
        return read_policy(settings_.get(), command_line);
    }
    static void turn_loop()
    {
        while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
        }
    }

    WorkerPool workers_{1};
    GObjectPtr<GSettings> settings_;
};

TEST_F(PolicyFromSettings, DefaultsAreThoseOfTheContract)
{
    const Policy policy = read();
    EXPECT_FALSE(policy.enabled);
    EXPECT_FALSE(policy.view_only);
    EXPECT_EQ(policy.port, 5900);
    EXPECT_TRUE(policy.negotiate_port);
    EXPECT_TRUE(policy.listen_addresses.empty());
    EXPECT_EQ(policy.security_types,
              (std::vector{SecurityWord::x509_sasl, SecurityWord::x509_plain}));
    EXPECT_EQ(policy.capture, CaptureWay::portal);
    EXPECT_EQ(policy.monitors, MonitorChoice::all);
    EXPECT_EQ(policy.clipboard, ClipboardWays::both);
    EXPECT_EQ(policy.clipboard_limit, 1U << 20);
    EXPECT_EQ(policy.max_clients, 32U);
    EXPECT_FALSE(policy.ask_always);
    EXPECT_EQ(policy.ask_timeout, std::chrono::seconds{30});
    EXPECT_TRUE(policy.complaints.empty());
}

TEST_F(PolicyFromSettings, EveryKeyIsRead)
{
    g_settings_set_boolean(settings_.get(), "enabled", TRUE);
    g_settings_set_boolean(settings_.get(), "view-only", TRUE);
    g_settings_set(settings_.get(), "port", "q", 5977);
    g_settings_set_boolean(settings_.get(), "negotiate-port", FALSE);
    set_words("listen-addresses", {"127.0.0.1", "wlan0", "unix:/run/x"});
    set_words("security-types", {"x509-plain", "x509-sasl"});
    g_settings_set_string(settings_.get(), "monitors", "virtual");
    g_settings_set_string(settings_.get(), "clipboard", "to-viewer");
    g_settings_set_uint(settings_.get(), "clipboard-limit", 16384);
    g_settings_set_string(settings_.get(), "capture", "mutter");
    g_settings_set_uint(settings_.get(), "max-clients", 3);
    g_settings_set_boolean(settings_.get(), "ask-always", TRUE);
    g_settings_set_uint(settings_.get(), "ask-timeout", 7);

    const Policy policy = read();
    EXPECT_TRUE(policy.enabled);
    EXPECT_TRUE(policy.view_only);
    EXPECT_EQ(policy.port, 5977);
    EXPECT_FALSE(policy.negotiate_port);
    EXPECT_EQ(policy.listen_addresses,
              (std::vector<std::string>{"127.0.0.1", "wlan0", "unix:/run/x"}));
    EXPECT_EQ(policy.security_types,
              (std::vector{SecurityWord::x509_plain, SecurityWord::x509_sasl}));
    EXPECT_EQ(policy.capture, CaptureWay::mutter);
    EXPECT_EQ(policy.monitors, MonitorChoice::virtual_monitor);
    EXPECT_EQ(policy.clipboard, ClipboardWays::to_viewer);
    EXPECT_EQ(policy.clipboard_limit, 16U << 20);
    EXPECT_EQ(policy.max_clients, 3U);
    EXPECT_TRUE(policy.ask_always);
    EXPECT_EQ(policy.ask_timeout, std::chrono::seconds{7});
    EXPECT_TRUE(policy.complaints.empty());
}

TEST_F(PolicyFromSettings, AccessRulesAreRead)
{
    EXPECT_EQ(read().access, default_access_rules());
    set_rules("[('view', 'kerberos:*@EXAMPLE.TEST'), ('deny', 'host:192.0.2.0/24')]");
    g_settings_set_string(child("access").get(), "default", "control");
    const Policy policy = read();
    EXPECT_TRUE(policy.complaints.empty());
    ASSERT_EQ(policy.access.rules.size(), 2U);
    EXPECT_EQ(policy.access.rules[0], parse_access_rule("view", "kerberos:*@EXAMPLE.TEST").rule);
    EXPECT_EQ(policy.access.rules[1].kind, AccessRule::Kind::host);
    EXPECT_EQ(policy.access.otherwise, AccessVerdict::control);
}

TEST_F(PolicyFromSettings, AccessRulesThatMakeNoSenseDenyAndAreNamed)
{
    set_rules("[('control', 'passwrd:bob'), ('alow', 'password:*')]");
    g_settings_set_string(child("access").get(), "default", "everybody");
    const Policy policy = read();
    ASSERT_EQ(policy.access.rules.size(), 2U);
    EXPECT_EQ(policy.access.rules[0].kind, AccessRule::Kind::everybody);
    EXPECT_EQ(policy.access.rules[0].verdict, AccessVerdict::deny);
    EXPECT_EQ(policy.access.rules[1].verdict, AccessVerdict::deny);
    EXPECT_EQ(policy.access.otherwise, AccessVerdict::deny);
    ASSERT_EQ(policy.complaints.size(), 3U);
    EXPECT_NE(policy.complaints[0].find("passwrd:bob"), std::string::npos);
    EXPECT_NE(policy.complaints[1].find("alow password:*"), std::string::npos);
    EXPECT_NE(policy.complaints[2].find("everybody"), std::string::npos);
}

TEST_F(PolicyFromSettings, TlsKeysAreRead)
{
    EXPECT_EQ(read().tls, TlsSettings{});
    const auto tls = child("tls");
    for (const char* key :
         {"certificate-file", "private-key-file", "ca-file", "crl-file", "priority"}) {
        g_settings_set_string(tls.get(), key, key);
    }
    for (const auto& [word, meaning] : {std::pair{"ignore", ClientCertificates::ignore},
                                        std::pair{"request", ClientCertificates::request},
                                        std::pair{"require", ClientCertificates::require}}) {
        g_settings_set_string(tls.get(), "client-certificates", word);
        EXPECT_EQ(read().tls, (TlsSettings{"certificate-file", "private-key-file", "ca-file",
                                           "crl-file", meaning, "priority"}));
        EXPECT_TRUE(read().complaints.empty());
    }
}

TEST_F(PolicyFromSettings, AnUnknownWordForCertificatesRequiresThem)
{
    g_settings_set_string(child("tls").get(), "client-certificates", "maybe");
    const Policy policy = read();
    EXPECT_EQ(policy.tls.client_certificates, ClientCertificates::require);
    ASSERT_EQ(policy.complaints.size(), 1U);
    EXPECT_NE(policy.complaints[0].find("maybe"), std::string::npos);
}

TEST_F(PolicyFromSettings, ChangesOfTheChildrenAreTold)
{
    PolicySettings settings{workers_, CommandLine{}, settings_};
    int told = 0;
    settings.set_on_change([&](const PolicyPtr&) { ++told; });
    g_settings_set_string(child("tls").get(), "ca-file", "/ca.pem");
    turn_loop();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(settings.policy()->tls.ca_file, "/ca.pem");
    set_rules("@a(ss) []");
    turn_loop();
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(settings.policy()->access.rules.empty());
}

TEST_F(PolicyFromSettings, ProxiesThatAreNoAddressesAreNotBelieved)
{
    EXPECT_TRUE(read().proxies.empty());
    set_words("proxy-protocol-from", {"192.0.2.0/24", "proxy.example.org", "192.0.2.1/24", "::1"});
    const Policy policy = read();
    EXPECT_EQ(policy.proxies, (std::vector{*parse_network("192.0.2.0/24"), *parse_network("::1")}));
    EXPECT_EQ(policy.complaints.size(), 2U);
}

TEST_F(PolicyFromSettings, TheCommandLineWins)
{
    g_settings_set(settings_.get(), "port", "q", 5977);
    set_words("listen-addresses", {""});
    CommandLine command_line;
    command_line.enable = true;
    command_line.port = 5999;
    command_line.addresses = {"127.0.0.1"};
    const Policy policy = read(command_line);
    EXPECT_TRUE(policy.enabled);
    EXPECT_EQ(policy.port, 5999);
    EXPECT_EQ(policy.listen_addresses, std::vector<std::string>{"127.0.0.1"});
    EXPECT_TRUE(policy.complaints.empty());
}

TEST_F(PolicyFromSettings, UnknownSecurityTypeIsNamedAndNotOffered)
{
    set_words("security-types", {"vncauth", "x509-plain", "x509-plain", "X509-SASL"});
    const Policy policy = read();
    EXPECT_EQ(policy.security_types, std::vector{SecurityWord::x509_plain});
    ASSERT_EQ(policy.complaints.size(), 2U);
    EXPECT_NE(policy.complaints[0].find("vncauth"), std::string::npos);
    EXPECT_NE(policy.complaints[1].find("X509-SASL"), std::string::npos);
    for (const SecurityWord word : k_security_words) {
        EXPECT_NE(policy.complaints[0].find(to_text(word)), std::string::npos) << to_text(word);
    }
}

TEST_F(PolicyFromSettings, EverySecurityTypeCanBeListed)
{
    for (const SecurityWord word : k_security_words) {
        set_words("security-types", {to_text(word)});
        const Policy policy = read();
        EXPECT_EQ(policy.security_types, std::vector{word}) << to_text(word);
        // By default no SASL mechanism has a layer of its own.
        EXPECT_EQ(policy.complaints.size(), word == SecurityWord::sasl ? 1U : 0U) << to_text(word);
    }
}

TEST_F(PolicyFromSettings, NothingUsableLeftDoesNotMeanTheDefaults)
{
    set_words("security-types", {"None"});
    const Policy policy = read();
    EXPECT_TRUE(policy.security_types.empty());
    EXPECT_EQ(policy.complaints.size(), 2U);
}

TEST_F(PolicyFromSettings, AListOfNoAddressIsNotEverywhere)
{
    g_settings_set_boolean(settings_.get(), "enabled", TRUE);
    set_words("listen-addresses", {"", ""});
    const Policy policy = read();
    EXPECT_FALSE(policy.enabled);
    EXPECT_FALSE(policy.complaints.empty());
}

TEST_F(PolicyFromSettings, AnEmptyEntryIsLeftOut)
{
    g_settings_set_boolean(settings_.get(), "enabled", TRUE);
    set_words("listen-addresses", {"", "127.0.0.1"});
    const Policy policy = read();
    EXPECT_TRUE(policy.enabled);
    EXPECT_EQ(policy.listen_addresses, std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(policy.complaints.size(), 1U);
}

TEST_F(PolicyFromSettings, AnUnknownClipboardIsOff)
{
    g_settings_set_string(settings_.get(), "clipboard", "up");
    g_settings_set_uint(settings_.get(), "clipboard-limit", 16385);
    const Policy policy = read();
    EXPECT_EQ(policy.clipboard, ClipboardWays::off);
    EXPECT_EQ(policy.clipboard_limit, 1024U);
    ASSERT_EQ(policy.complaints.size(), 2U);
    EXPECT_NE(policy.complaints[0].find("“up”"), std::string::npos);
}

TEST_F(PolicyFromSettings, AnUnknownWayToCaptureAsksAtTheDesk)
{
    g_settings_set_string(settings_.get(), "capture", "Mutter");
    const Policy policy = read();
    EXPECT_EQ(policy.capture, CaptureWay::portal);
    ASSERT_EQ(policy.complaints.size(), 1U);
    EXPECT_NE(policy.complaints[0].find("“Mutter”"), std::string::npos);
}

TEST_F(PolicyFromSettings, UnknownMonitorsShowLess)
{
    g_settings_set_string(settings_.get(), "monitors", "prim\nary");
    const Policy policy = read();
    EXPECT_EQ(policy.monitors, MonitorChoice::primary);
    ASSERT_EQ(policy.complaints.size(), 1U);
    EXPECT_NE(policy.complaints[0].find("prim\\nary"), std::string::npos);
}

TEST_F(PolicyFromSettings, PortZeroIsNotAPort)
{
    g_settings_set(settings_.get(), "port", "q", 0);
    const Policy policy = read();
    EXPECT_EQ(policy.port, 5900);
    EXPECT_EQ(policy.complaints.size(), 1U);
}

TEST_F(PolicyFromSettings, NobodyAtOnceIsSaid)
{
    g_settings_set_uint(settings_.get(), "max-clients", 0);
    const Policy policy = read();
    EXPECT_EQ(policy.max_clients, 0U);
    EXPECT_EQ(policy.complaints.size(), 1U);
}

TEST_F(PolicyFromSettings, ATimeToAnswerThatIsNoneOrTooLongIsSaid)
{
    for (const unsigned seconds : {0U, 3601U}) {
        g_settings_set_uint(settings_.get(), "ask-timeout", seconds);
        const Policy policy = read();
        EXPECT_EQ(policy.ask_timeout, std::chrono::seconds{seconds == 0 ? 0 : 3600});
        EXPECT_EQ(policy.complaints.size(), 1U);
    }
}

TEST_F(PolicyFromSettings, ManyChangesAreOneCall)
{
    PolicySettings settings{workers_, CommandLine{}, settings_};
    std::vector<PolicyPtr> told;
    settings.set_on_change([&](PolicyPtr policy) { told.push_back(std::move(policy)); });
    g_settings_set_boolean(settings_.get(), "enabled", TRUE);
    g_settings_set(settings_.get(), "port", "q", 5905);
    EXPECT_TRUE(told.empty());
    turn_loop();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(told[0]->enabled);
    EXPECT_EQ(told[0]->port, 5905);
    EXPECT_EQ(told[0], settings.policy());

    g_settings_set_boolean(settings_.get(), "enabled", FALSE);
    turn_loop();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_FALSE(told[1]->enabled);
}

TEST_F(PolicyFromSettings, EnabledByNamesWhoSwitchedItOn)
{
    CommandLine command_line;
    command_line.enable = true;
    PolicySettings with_option{workers_, command_line, settings_};
    PolicySettings without{workers_, CommandLine{}, settings_};
    EXPECT_EQ(with_option.enabled_by(), std::vector<std::string>{"command-line"});
    EXPECT_TRUE(without.enabled_by().empty());
    without.set_enabled(true);
    EXPECT_EQ(with_option.enabled_by(), (std::vector<std::string>{"settings", "command-line"}));
    EXPECT_EQ(without.enabled_by(), std::vector<std::string>{"settings"});
    EXPECT_NE(g_settings_get_boolean(settings_.get(), "enabled"), FALSE);
}

TEST_F(PolicyFromSettings, GnomesSwitchMakesAPolicyToo)
{
    GnomeState gnome;
    gnome.rdp.enabled = true;
    gnome.certificate_file = "/c";
    gnome.private_key_file = "/k";
    Policy policy = read_policy(settings_.get(), {}, look_at_keytab, gnome);
    EXPECT_TRUE(policy.enabled);
    EXPECT_TRUE(policy.view_only);
    EXPECT_EQ(policy.tls.certificate_file, "/c");
    EXPECT_EQ(policy.tls.private_key_file, "/k");
    EXPECT_TRUE(policy.tls.borrowed);

    g_settings_set_boolean(settings_.get(), "view-only", FALSE); // now it is the user's word
    g_settings_set_string(child("tls").get(), "certificate-file", "/ours");
    policy = read_policy(settings_.get(), {}, look_at_keytab, gnome);
    EXPECT_FALSE(policy.view_only);
    EXPECT_EQ(policy.tls.certificate_file, "/ours");
    EXPECT_EQ(policy.tls.private_key_file, "");
    EXPECT_FALSE(policy.tls.borrowed);

    g_settings_set_boolean(settings_.get(), "follow-gnome-settings", FALSE);
    EXPECT_FALSE(read_policy(settings_.get(), {}, look_at_keytab, gnome).enabled);
}

TEST_F(PolicyFromSettings, NothingIsToldAfterTheEnd)
{
    int told = 0;
    {
        PolicySettings settings{workers_, CommandLine{}, settings_};
        settings.set_on_change([&](const PolicyPtr&) { ++told; });
        g_settings_set_boolean(settings_.get(), "enabled", TRUE);
    }
    g_settings_set_boolean(settings_.get(), "enabled", FALSE);
    turn_loop();
    EXPECT_EQ(told, 0);
}

} // namespace
} // namespace gds
