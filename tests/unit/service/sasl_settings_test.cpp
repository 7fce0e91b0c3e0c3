// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/policy_from_settings.h"

#include "fakes/stream_pair.h"
#include "service/sasl_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>

#include <glib/gstdio.h>
#include <unistd.h>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gsettingsbackend.h>

namespace gds {
namespace {

class SaslSettings : public testing::Test {
protected:
    SaslSettings()
    {
        GSettingsSchemaSource* source = g_settings_schema_source_get_default();
        GSettingsSchema* schema =
            g_settings_schema_source_lookup(source, "org.gnome.desktop-sharing", TRUE);
        GSettingsBackend* backend = g_memory_settings_backend_new();
        settings_ = GObjectPtr<GSettings>{g_settings_new_full(schema, backend, nullptr)};
        sasl_ = GObjectPtr<GSettings>{g_settings_get_child(settings_.get(), "sasl")};
        g_object_unref(backend);
        g_settings_schema_unref(schema);
        directory_ = std::filesystem::temp_directory_path() / "gds-sasl-XXXXXX";
        EXPECT_NE(g_mkdtemp(directory_.data()), nullptr);
    }
    ~SaslSettings() override { std::filesystem::remove_all(directory_); }

    static void set_words(const GObjectPtr<GSettings>& settings, const char* key,
                          std::initializer_list<const char*> words)
    {
        std::vector<const char*> list{words};
        list.push_back(nullptr);
        g_settings_set_strv(settings.get(), key, list.data());
    }
    void set_mechanisms(std::initializer_list<const char*> words)
    {
        set_words(sasl_, "mechanisms", words);
    }
    // A file that can be read, which is all that is looked at.
    std::string set_keytab()
    {
        const std::string file = directory_ + "/keytab";
        std::ofstream{file} << "keys";
        g_settings_set_string(sasl_.get(), "keytab", file.c_str());
        return file;
    }
    Policy read() { return read_policy(settings_.get(), {}); }
    static bool one_says(const Policy& policy, const std::string& words)
    {
        return policy.complaints.size() == 1 &&
               policy.complaints[0].find(words) != std::string::npos;
    }

    WorkerPool workers_{1};
    GObjectPtr<GSettings> settings_;
    GObjectPtr<GSettings> sasl_;
    std::string directory_;
};

const std::vector<std::string> k_passwords{"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};

TEST_F(SaslSettings, DefaultsAreThoseOfTheContract)
{
    const SaslPolicy sasl = read().sasl;
    EXPECT_EQ(sasl.mechanisms, k_passwords);
    EXPECT_EQ(sasl.realm, "");
    EXPECT_EQ(sasl.hostname, "");
    EXPECT_EQ(sasl.keytab, "");
    EXPECT_EQ(sasl.minimum_ssf, 128U);
    EXPECT_EQ(sasl.password_source, PasswordSource::keyring);
    EXPECT_EQ(sasl.password_trouble, "");
}

TEST_F(SaslSettings, EveryKeyIsRead)
{
    const std::string keytab = set_keytab();
    set_mechanisms({"PLAIN", "GSSAPI", "PLAIN"});
    g_settings_set_string(sasl_.get(), "realm", "EXAMPLE.ORG");
    g_settings_set_string(sasl_.get(), "hostname", "desk.example.org");
    g_settings_set_uint(sasl_.get(), "minimum-ssf", 256);
    set_words(settings_, "security-types", {"sasl"});
    const Policy policy = read();
    EXPECT_EQ(policy.sasl.mechanisms, (std::vector<std::string>{"PLAIN", "GSSAPI"}));
    EXPECT_EQ(policy.sasl.realm, "EXAMPLE.ORG");
    EXPECT_EQ(policy.sasl.hostname, "desk.example.org");
    EXPECT_EQ(policy.sasl.keytab, keytab);
    EXPECT_EQ(policy.sasl.minimum_ssf, 256U);
    EXPECT_TRUE(policy.complaints.empty());
}

TEST_F(SaslSettings, AKeytabTurnsKerberosOn)
{
    set_keytab();
    std::vector<std::string> expected{"GSSAPI"};
    expected.insert(expected.end(), k_passwords.begin(), k_passwords.end());
    const Policy policy = read();
    EXPECT_EQ(policy.sasl.mechanisms, expected);
    EXPECT_TRUE(policy.complaints.empty());
}

TEST_F(SaslSettings, AKeytabThatCannotBeReadIsNamed)
{
    for (const std::string& file : {directory_ + "/none", std::string{"keytab"}}) {
        g_settings_set_string(sasl_.get(), "keytab", file.c_str());
        for (const bool named : {false, true}) {
            named ? set_mechanisms({"GSSAPI", "SCRAM-SHA-256"}) : set_mechanisms({});
            const Policy policy = read();
            EXPECT_TRUE(one_says(policy, file));
            EXPECT_EQ(policy.sasl.keytab, "");
            EXPECT_EQ(policy.sasl.mechanisms,
                      named ? std::vector<std::string>{"SCRAM-SHA-256"} : k_passwords);
        }
    }
}

TEST_F(SaslSettings, AKeytabThatNobodyHasSeenYetIsNotUsedAndNotNamed)
{
    set_keytab();
    set_words(settings_, "security-types", {"sasl"});
    const auto read_with = [this](std::optional<int> answer) {
        return read_policy(settings_.get(), {}, [answer](const std::string&) { return answer; });
    };
    for (const bool named : {false, true}) {
        named ? set_mechanisms({"GSSAPI"}) : set_mechanisms({});
        const Policy pending = read_with(std::nullopt);
        EXPECT_EQ(pending.sasl.keytab, "");
        EXPECT_EQ(pending.sasl.mechanisms, named ? std::vector<std::string>{} : k_passwords);
        EXPECT_TRUE(pending.complaints.empty());
        EXPECT_TRUE(read_with(0).complaints.empty());
        const Policy away = read_with(ETIMEDOUT);
        EXPECT_EQ(away.sasl.keytab, "");
        EXPECT_FALSE(away.complaints.empty());
        EXPECT_NE(away.complaints[0].find("keytab"), std::string::npos);
    }
}

TEST_F(SaslSettings, WishesAreTheSameWhetherTheyCanBeHadOrNot)
{
    EXPECT_EQ(wished_sasl_mechanisms(sasl_.get()), k_passwords);
    g_settings_set_string(sasl_.get(), "keytab", "/nonexistent");
    EXPECT_EQ(wished_sasl_mechanisms(sasl_.get()).front(), "GSSAPI");
    g_settings_set_string(sasl_.get(), "password-source", "saslauthd");
    EXPECT_EQ(wished_sasl_mechanisms(sasl_.get()), (std::vector<std::string>{"GSSAPI", "PLAIN"}));
    set_mechanisms({"NTLM", "GSSAPI"});
    EXPECT_EQ(wished_sasl_mechanisms(sasl_.get()), (std::vector<std::string>{"NTLM", "GSSAPI"}));
}

TEST_F(SaslSettings, KerberosWithoutAKeytabIsNamed)
{
    set_mechanisms({"GSSAPI"});
    const Policy policy = read();
    EXPECT_TRUE(policy.sasl.mechanisms.empty());
    ASSERT_EQ(policy.complaints.size(), 2U);
    EXPECT_NE(policy.complaints[0].find("keytab"), std::string::npos);
}

TEST_F(SaslSettings, UnknownMechanismsAreNamedAndNotOffered)
{
    set_mechanisms({"GSS-SPNEGO", "SCRAM-SHA-256"});
    const Policy policy = read();
    EXPECT_TRUE(one_says(policy, "GSS-SPNEGO"));
    EXPECT_EQ(policy.sasl.mechanisms, std::vector<std::string>{"SCRAM-SHA-256"});
}

TEST_F(SaslSettings, NothingUsableLeftDoesNotMeanTheDefaults)
{
    set_mechanisms({"ANONYMOUS", "scram-sha-256"});
    const Policy policy = read();
    EXPECT_TRUE(policy.sasl.mechanisms.empty());
    EXPECT_EQ(policy.complaints.size(), 3U);
}

TEST_F(SaslSettings, SaslauthdHasToBeToldThePassword)
{
    g_settings_set_string(sasl_.get(), "password-source", "saslauthd");
    Policy policy = read();
    EXPECT_EQ(policy.sasl.password_source, PasswordSource::saslauthd);
    EXPECT_EQ(policy.sasl.password_place, "/run/saslauthd/mux");
    EXPECT_EQ(policy.sasl.mechanisms, std::vector<std::string>{"PLAIN"});
    EXPECT_TRUE(policy.complaints.empty());
    set_keytab();
    EXPECT_EQ(read().sasl.mechanisms, (std::vector<std::string>{"GSSAPI", "PLAIN"}));
    set_mechanisms({"SCRAM-SHA-256", "PLAIN"});
    policy = read();
    EXPECT_TRUE(one_says(policy, "SCRAM-SHA-256"));
    EXPECT_EQ(policy.sasl.mechanisms, std::vector<std::string>{"PLAIN"});
}

TEST_F(SaslSettings, ASourceThatCannotBeReadIsTrouble)
{
    for (const char* source : {"saslauthd", "sasldb"}) {
        g_settings_set_string(sasl_.get(), "password-source", source);
        const SaslPolicy sasl = read().sasl;
        const bool there = access(sasl.password_place.c_str(), R_OK | W_OK) == 0;
        EXPECT_EQ(sasl.password_trouble.empty(), there) << source;
        EXPECT_TRUE(there || sasl.password_trouble.find(sasl.password_place) != std::string::npos);
    }
}

TEST_F(SaslSettings, AnUnknownSourceIsNobody)
{
    for (const char* source : {"", "Keyring", "pam", "sasldb "}) {
        g_settings_set_string(sasl_.get(), "password-source", source);
        const Policy policy = read();
        EXPECT_EQ(policy.sasl.password_source, PasswordSource::nobody);
        EXPECT_TRUE(one_says(policy, "password-source"));
        EXPECT_EQ(policy.sasl.password_trouble, policy.complaints[0]);
    }
}

TEST_F(SaslSettings, DigestMd5NeedsSasldbAndANameInTheList)
{
    for (const char* source : {"keyring", "saslauthd", "sasldb"}) {
        const bool has_it = std::string{source} == "sasldb";
        g_settings_set_string(sasl_.get(), "password-source", source);
        set_mechanisms({});
        EXPECT_EQ(std::ranges::count(read().sasl.mechanisms, "DIGEST-MD5"), 0) << source;
        set_mechanisms({"DIGEST-MD5", "PLAIN"});
        const Policy policy = read();
        EXPECT_EQ(std::ranges::count(policy.sasl.mechanisms, "DIGEST-MD5"), has_it ? 1 : 0);
        EXPECT_TRUE(one_says(policy, has_it ? "DIGEST-MD5 is on" : "DIGEST-MD5 is not offered"));
    }
}

TEST_F(SaslSettings, WeakEncryptionIsNotTaken)
{
    g_settings_set_uint(sasl_.get(), "minimum-ssf", 56);
    const Policy policy = read();
    EXPECT_TRUE(one_says(policy, "56"));
    EXPECT_EQ(policy.sasl.minimum_ssf, k_least_ssf);
}

TEST_F(SaslSettings, ATypeWithoutAMechanismIsNamed)
{
    set_words(settings_, "security-types", {"x509-sasl", "sasl"});
    EXPECT_TRUE(one_says(read(), "“sasl”"));
    set_keytab();
    EXPECT_TRUE(read().complaints.empty());
    // More than Kerberos has.
    g_settings_set_uint(sasl_.get(), "minimum-ssf", 257);
    EXPECT_TRUE(one_says(read(), "“sasl”"));
}

TEST_F(SaslSettings, AChangeIsTold)
{
    PolicySettings settings{workers_, CommandLine{}, settings_};
    std::vector<PolicyPtr> told;
    settings.set_on_change([&](PolicyPtr policy) { told.push_back(std::move(policy)); });
    set_mechanisms({"PLAIN"});
    g_settings_set_uint(sasl_.get(), "minimum-ssf", 200);
    while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
    }
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]->sasl.mechanisms, std::vector<std::string>{"PLAIN"});
    EXPECT_EQ(told[0]->sasl.minimum_ssf, 200U);
}

TEST_F(SaslSettings, AKeytabThatComesLaterCounts)
{
    const std::string file = directory_ + "/keytab";
    g_settings_set_string(sasl_.get(), "keytab", file.c_str());
    PolicySettings settings{workers_, CommandLine{}, settings_};
    EXPECT_EQ(settings.policy()->sasl.mechanisms, k_passwords);
    const auto has_kerberos = [&settings] {
        return settings.policy()->sasl.mechanisms.front() == "GSSAPI";
    };
    set_keytab();
    EXPECT_TRUE(test::spin_until(has_kerberos));
    EXPECT_TRUE(settings.policy()->complaints.empty());
    std::filesystem::remove(file);
    EXPECT_TRUE(test::spin_until([&] { return !has_kerberos(); }));
}

} // namespace
} // namespace gds
