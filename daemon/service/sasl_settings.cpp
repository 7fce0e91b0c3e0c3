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
    static const std::vector<std::string> known{"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN",
                                                k_kerberos_mechanism};
    return known;
}

// Empty: usable. Only looked at, not opened: who knows what file system it is on.
std::string trouble_with_keytab(const std::string& keytab)
{
    if (!keytab.starts_with('/')) {
        return sentence(_("The setting “keytab” is “%s”, which is not an absolute path; nobody can "
                          "log in by Kerberos."),
                        printable(keytab).c_str());
    }
    if (access(keytab.c_str(), R_OK) != 0) {
        // Translators: %s is a file name, the second one the system's reason.
        return sentence(_("The keytab %s cannot be read (%s); nobody can log in by Kerberos. Give "
                          "the user whose desktop is shared the right to read it."),
                        printable(keytab).c_str(), g_strerror(errno));
    }
    return {};
}

void read_keytab(GSettings* settings, SaslPolicy& policy, std::vector<std::string>& complaints)
{
    policy.keytab = setting_word(settings, "keytab");
    if (policy.keytab.empty()) {
        return;
    }
    if (auto trouble = trouble_with_keytab(policy.keytab); !trouble.empty()) {
        complaints.push_back(std::move(trouble));
        policy.keytab.clear();
    }
}

// Kerberos was named and there is no complaint yet that says why it is not there.
void complain_of_kerberos(GSettings* settings, std::vector<std::string>& complaints)
{
    if (setting_word(settings, "keytab").empty()) {
        complaints.emplace_back(_("The setting “mechanisms” names GSSAPI and “keytab” is not set; "
                                  "nobody can log in by Kerberos."));
    }
}

void read_mechanisms(GSettings* settings, SaslPolicy& policy, std::vector<std::string>& complaints)
{
    auto named = setting_words(settings, "mechanisms");
    if (named.empty()) {
        named = SaslPolicy{}.mechanisms;
        if (!policy.keytab.empty()) {
            named.insert(named.begin(), k_kerberos_mechanism);
        }
    }
    const auto installed = installed_sasl_mechanisms();
    policy.mechanisms.clear();
    for (const auto& name : named) {
        if (!was_offered(known_mechanisms(), name)) {
            complaints.push_back(
                sentence(_("The SASL mechanism “%s” in the setting “mechanisms” is not known here "
                           "and not offered. Known are SCRAM-SHA-512, SCRAM-SHA-256, PLAIN and "
                           "GSSAPI."),
                         printable(name).c_str()));
        } else if (!was_offered(installed, name)) {
            complaints.push_back(sentence(_("The SASL mechanism %s is not installed on this "
                                            "computer and not offered."),
                                          name.c_str()));
        } else if (name == k_kerberos_mechanism && policy.keytab.empty()) {
            complain_of_kerberos(settings, complaints);
        } else if (!was_offered(policy.mechanisms, name)) {
            policy.mechanisms.push_back(name);
        }
    }
    if (policy.mechanisms.empty()) {
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

SaslPolicy read_sasl_policy(GSettings* settings, std::vector<std::string>& complaints)
{
    SaslPolicy policy;
    policy.realm = setting_word(settings, "realm");
    policy.hostname = setting_word(settings, "hostname");
    read_keytab(settings, policy, complaints);
    read_mechanisms(settings, policy, complaints);
    read_minimum_ssf(settings, policy, complaints);
    return policy;
}

bool is_known_sasl_mechanism(std::string_view name)
{
    return was_offered(known_mechanisms(), std::string{name});
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
