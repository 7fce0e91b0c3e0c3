// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/sasl_check.h"

#include "base/text.h"
#include "base/translate.h"
#include "rfb/kerberos_keytab.h"
#include "rfb/sasl_library.h"
#include "service/sasl_settings.h"
#include "service/sentence.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <glib.h>
#include <unistd.h>

namespace gds::cli {

namespace {

constexpr const char* k_sasl = "sasl";
constexpr const char* k_passwords = "passwords";
constexpr const char* k_keytab = "keytab";

bool has(const std::vector<std::string>& names, const std::string& name)
{
    return std::ranges::find(names, name) != names.end();
}

std::string listed(const std::vector<std::string>& names)
{
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

Finding missing(const std::vector<std::string>& names, const char* next)
{
    return fault(
        k_sasl, sentence(_("The plug-in of Cyrus SASL is missing for: %s."), listed(names).c_str()),
        next);
}

// One finding for what one package brings.
Findings trouble_with_mechanisms(const SaslWishes& wishes,
                                 const std::vector<std::string>& installed)
{
    Findings findings;
    std::vector<std::string> absent;
    for (const auto& name : wishes.mechanisms) {
        if (!is_known_sasl_mechanism(name)) {
            findings.push_back(
                warning(k_sasl,
                        sentence(_("The SASL mechanism “%s” in the setting “mechanisms” is not "
                                   "known here."),
                                 printable(name).c_str()),
                        sentence(_("Name others: %s."), known_sasl_mechanism_words().c_str())));
        } else if (!has(installed, name)) {
            absent.push_back(name);
        }
    }
    if (std::erase(absent, k_kerberos_mechanism) > 0) {
        findings.push_back(
            missing({k_kerberos_mechanism}, _("Install it; in Debian it is in the package "
                                              "libsasl2-modules-gssapi-mit.")));
    }
    if (!absent.empty()) {
        findings.push_back(
            missing(absent, _("Install it; in Debian it is in the package libsasl2-modules.")));
    }
    return findings;
}

} // namespace

bool wants_kerberos(const SaslWishes& wishes)
{
    return wishes.asked && has(wishes.mechanisms, k_kerberos_mechanism);
}

std::vector<std::string> gather_sasl() { return installed_sasl_mechanisms(); }

Findings judge_sasl(const SaslWishes& wishes, const std::vector<std::string>& installed)
{
    Findings findings;
    if (wishes.asked) {
        findings = trouble_with_mechanisms(wishes, installed);
        if (findings.empty()) {
            findings.push_back(well(k_sasl, sentence(_("The plug-ins of Cyrus SASL are there: %s."),
                                                     listed(wishes.mechanisms).c_str())));
        }
    }
    if (!wishes.password_trouble.empty()) {
        findings.push_back(from_complaint(k_passwords, Verdict::fault, wishes.password_trouble,
                                          _("Look at the setting “password-source”.")));
    }
    return findings;
}

KeytabFacts gather_keytab(const std::string& keytab)
{
    KeytabFacts facts;
    if (::access(keytab.c_str(), R_OK) != 0) {
        facts.trouble = std::strerror(errno);
        return facts;
    }
    try {
        facts.principals = keytab_principals(keytab);
    } catch (const std::runtime_error& error) {
        facts.trouble = error.what();
    }
    return facts;
}

Findings judge_keytab(const SaslWishes& wishes, const KeytabFacts& facts)
{
    if (!wants_kerberos(wishes)) {
        return {};
    }
    if (wishes.keytab.empty()) {
        return {fault(k_keytab, _("The setting “mechanisms” names GSSAPI and no keytab is named."),
                      _("Name one: “gsettings set org.gnome.desktop-sharing.sasl keytab FILE”."))};
    }
    const std::string file = printable(wishes.keytab);
    if (!facts.trouble.empty()) {
        return {
            fault(k_keytab,
                  sentence(_("The keytab %s cannot be read (%s), so that nobody can log in by "
                             "Kerberos."),
                           file.c_str(), facts.trouble.c_str()),
                  sentence(_("Give it to the user whose desktop is shared: “sudo chown %s %s”."),
                           g_get_user_name(), file.c_str()))};
    }
    const std::string wanted =
        "vnc/" + (wishes.hostname.empty() ? std::string{} : printable(wishes.hostname) + "@");
    for (const auto& principal : facts.principals) {
        if (principal.starts_with(wanted)) {
            return {well(k_keytab, sentence(_("The keytab %s has a key of %s."), file.c_str(),
                                            printable(principal).c_str()))};
        }
    }
    const std::string missing =
        "vnc/" + (wishes.hostname.empty() ? std::string{"HOST"} : printable(wishes.hostname));
    return {fault(k_keytab,
                  sentence(_("The keytab %s has no key of %s, so that nobody can log in by "
                             "Kerberos."),
                           file.c_str(), missing.c_str()),
                  sentence(_("Have the administrator of Kerberos add one: “kadmin -q 'ktadd -k %s "
                             "%s'”."),
                           file.c_str(), missing.c_str()))};
}

} // namespace gds::cli
