// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/sasl_settings.h"

#include "base/text.h"
#include "base/translate.h"
#include "rfb/offer.h"
#include "rfb/sasl_library.h"
#include "service/sentence.h"
#include "service/setting_values.h"

#include <utility>

#include <unistd.h>

namespace gds {

namespace {

const std::vector<std::string>& known_mechanisms()
{
    static const std::vector<std::string> known{
        "SCRAM-SHA-512",    "SCRAM-SHA-256",      "PLAIN",
        k_digest_mechanism, k_kerberos_mechanism, k_own_user_mechanism};
    return known;
}

// At the places where the packages of an administrator have them.
constexpr const char* k_saslauthd_socket = "/run/saslauthd/mux";
constexpr const char* k_sasldb_file = "/etc/sasldb2";

void look_at_saslauthd(SaslPolicy& policy)
{
    policy.password_place = k_saslauthd_socket;
    if (access(k_saslauthd_socket, W_OK) != 0) {
        // Translators: %s is a file name, the second one the system's reason.
        policy.password_trouble =
            sentence(_("saslauthd cannot be asked at %s (%s); nobody can log in by password. Start "
                       "it, and add the user whose desktop is shared to the group sasl."),
                     k_saslauthd_socket, g_strerror(errno));
    }
}

void look_at_sasldb(SaslPolicy& policy)
{
    policy.password_place = k_sasldb_file;
    if (access(k_sasldb_file, R_OK) != 0) {
        // Translators: %s is a file name, the second one the system's reason.
        policy.password_trouble =
            sentence(_("The users in %s cannot be read (%s); nobody can log in by password. Make "
                       "them with saslpasswd2, and give the user whose desktop is shared the right "
                       "to read the file."),
                     k_sasldb_file, g_strerror(errno));
    }
}

void read_password_source(GSettings* settings, SaslPolicy& policy,
                          std::vector<std::string>& complaints)
{
    const auto word = setting_word(settings, "password-source");
    policy.password_source = password_source_of(word).value_or(PasswordSource::nobody);
    switch (policy.password_source) {
    case PasswordSource::keyring:
        break;
    case PasswordSource::saslauthd:
        look_at_saslauthd(policy);
        break;
    case PasswordSource::sasldb:
        look_at_sasldb(policy);
        break;
    case PasswordSource::nobody:
        policy.password_trouble =
            sentence(_("The setting “password-source” is “%s”, which is not known; nobody can log "
                       "in by password. Known are keyring, saslauthd and sasldb."),
                     printable(word).c_str());
        complaints.push_back(policy.password_trouble);
        break;
    }
}

// Why a mechanism that is known cannot be had with the source of passwords; empty: it can.
std::string trouble_with_source(const std::string& name, PasswordSource source)
{
    if (name == k_digest_mechanism && source != PasswordSource::sasldb) {
        return _("The SASL mechanism DIGEST-MD5 is not offered: it needs passwords as they are, "
                 "which only the password source sasldb has.");
    }
    if (name.starts_with("SCRAM-") && source == PasswordSource::saslauthd) {
        return sentence(_("The SASL mechanism %s is not offered: the password source saslauthd has "
                          "to be told the password, which only PLAIN does."),
                        name.c_str());
    }
    return {};
}

std::vector<std::string> default_mechanisms(const SaslPolicy& policy)
{
    auto names = SaslPolicy{}.mechanisms;
    std::erase_if(names, [&policy](const std::string& name) {
        return !trouble_with_source(name, policy.password_source).empty();
    });
    if (!policy.keytab.empty()) {
        names.insert(names.begin(), k_kerberos_mechanism);
    }
    return names;
}

// Empty: usable.
std::string trouble_with_keytab(const std::string& keytab, int answer)
{
    if (!keytab.starts_with('/')) {
        return sentence(_("The setting “keytab” is “%s”, which is not an absolute path; nobody can "
                          "log in by Kerberos."),
                        printable(keytab).c_str());
    }
    if (answer != 0) {
        // Translators: %s is a file name, the second one the system's reason.
        return sentence(_("The keytab %s cannot be read (%s); nobody can log in by Kerberos. Give "
                          "the user whose desktop is shared the right to read it."),
                        printable(keytab).c_str(), g_strerror(answer));
    }
    return {};
}

// False: it is not known yet whether it can be read.
bool read_keytab(GSettings* settings, const KeytabAnswer& keytab, SaslPolicy& policy,
                 std::vector<std::string>& complaints)
{
    policy.keytab = setting_word(settings, "keytab");
    if (policy.keytab.empty()) {
        return true;
    }
    const bool absolute = policy.keytab.starts_with('/');
    const auto answer = absolute ? keytab(policy.keytab) : 0;
    if (!answer) {
        policy.keytab.clear();
        return false;
    }
    if (auto trouble = trouble_with_keytab(policy.keytab, *answer); !trouble.empty()) {
        complaints.push_back(std::move(trouble));
        policy.keytab.clear();
    }
    return true;
}

// Kerberos was named and there is no complaint yet that says why it is not there.
void complain_of_kerberos(GSettings* settings, std::vector<std::string>& complaints)
{
    if (setting_word(settings, "keytab").empty()) {
        complaints.emplace_back(_("The setting “mechanisms” names GSSAPI and “keytab” is not set; "
                                  "nobody can log in by Kerberos."));
    }
}

void read_mechanisms(GSettings* settings, bool keytab_known, SaslPolicy& policy,
                     std::vector<std::string>& complaints)
{
    auto named = setting_words(settings, "mechanisms");
    if (named.empty()) {
        named = default_mechanisms(policy);
    }
    const auto installed = installed_sasl_mechanisms();
    policy.mechanisms.clear();
    for (const auto& name : named) {
        if (!was_offered(known_mechanisms(), name)) {
            complaints.push_back(
                sentence(_("The SASL mechanism “%s” in the setting “mechanisms” is not known here "
                           "and not offered. Known are SCRAM-SHA-512, SCRAM-SHA-256, PLAIN, "
                           "GSSAPI, EXTERNAL and DIGEST-MD5."),
                         printable(name).c_str()));
        } else if (!was_offered(installed, name)) {
            complaints.push_back(sentence(_("The SASL mechanism %s is not installed on this "
                                            "computer and not offered."),
                                          name.c_str()));
        } else if (name == k_kerberos_mechanism && policy.keytab.empty()) {
            complain_of_kerberos(settings, complaints);
        } else if (auto trouble = trouble_with_source(name, policy.password_source);
                   !trouble.empty()) {
            complaints.push_back(std::move(trouble));
        } else if (!was_offered(policy.mechanisms, name)) {
            policy.mechanisms.push_back(name);
        }
    }
    if (was_offered(policy.mechanisms, std::string{k_digest_mechanism})) {
        // Translators: security-relevant, shown to the person whose desktop is shared.
        complaints.emplace_back(
            _("The SASL mechanism DIGEST-MD5 is on: what it proves and encrypts "
              "with, MD5 and RC4, is not secure any more."));
    }
    // Kerberos may yet come of a keytab that nobody has seen.
    if (policy.mechanisms.empty() && keytab_known) {
        complaints.emplace_back(
            _("The setting “mechanisms” leaves no SASL mechanism, so nobody can "
              "log in by SASL. Clear the list, or add SCRAM-SHA-256 to it."));
    }
}

void read_minimum_ssf(GSettings* settings, SaslPolicy& policy, std::vector<std::string>& complaints)
{
    policy.minimum_ssf = g_settings_get_uint(settings, "minimum-ssf");
    if (policy.minimum_ssf < k_least_ssf) {
        complaints.push_back(sentence(_("The setting “minimum-ssf” is %u, which is too weak; %u is "
                                        "used."),
                                      policy.minimum_ssf, k_least_ssf));
        policy.minimum_ssf = k_least_ssf;
    }
}

} // namespace

SaslPolicy read_sasl_policy(GSettings* settings, const KeytabAnswer& keytab,
                            std::vector<std::string>& complaints)
{
    SaslPolicy policy;
    policy.realm = setting_word(settings, "realm");
    policy.hostname = setting_word(settings, "hostname");
    const bool known = read_keytab(settings, keytab, policy, complaints);
    read_password_source(settings, policy, complaints);
    read_mechanisms(settings, known, policy, complaints);
    read_minimum_ssf(settings, policy, complaints);
    return policy;
}

std::vector<std::string> wished_sasl_mechanisms(GSettings* settings)
{
    auto named = setting_words(settings, "mechanisms");
    if (!named.empty()) {
        return named;
    }
    SaslPolicy policy;
    policy.keytab = setting_word(settings, "keytab");
    policy.password_source = password_source_of(setting_word(settings, "password-source"))
                                 .value_or(PasswordSource::nobody);
    return default_mechanisms(policy);
}

bool is_known_sasl_mechanism(std::string_view name)
{
    return was_offered(known_mechanisms(), std::string{name});
}

std::optional<PasswordSource> password_source_of(std::string_view word)
{
    if (word == "keyring") {
        return PasswordSource::keyring;
    }
    if (word == "saslauthd") {
        return PasswordSource::saslauthd;
    }
    return word == "sasldb" ? std::optional{PasswordSource::sasldb} : std::nullopt;
}

std::string known_sasl_mechanism_words()
{
    std::string words;
    for (const auto& name : known_mechanisms()) {
        words += (words.empty() ? "" : ", ") + name;
    }
    return words;
}

} // namespace gds
