// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/settings_check.h"

#include "base/translate.h"
#include "rfb/sasl_library.h"
#include "service/sentence.h"

#include <algorithm>

namespace gds::cli {

namespace {

constexpr const char* k_settings = "settings";
constexpr const char* k_locks = "locks";
constexpr const char* k_gnome = "gnome";

bool lists(const Policy& policy, bool (*matches)(SecurityWord))
{
    return std::ranges::any_of(policy.security_types, matches);
}

bool is_sasl(SecurityWord word)
{
    return word == SecurityWord::x509_sasl || word == SecurityWord::sasl;
}

bool asks_user_password(SecurityWord word) { return needs_user_password(word) && !is_sasl(word); }

bool asks_nothing(SecurityWord word)
{
    return word == SecurityWord::none || word == SecurityWord::x509_none ||
           word == SecurityWord::tls_none;
}

} // namespace

PasswordNeeds password_needs(const Policy& policy)
{
    const bool passwords = lists(policy, asks_user_password) ||
                           (lists(policy, is_sasl) && takes_passwords(policy.sasl));
    const bool kept_here = policy.sasl.password_source == PasswordSource::keyring;
    return {.users = passwords && kept_here,
            .vnc = lists(policy, needs_vnc_password),
            .other_ways = lists(policy, asks_nothing) || (passwords && !kept_here) ||
                          (lists(policy, is_sasl) && takes_kerberos(policy.sasl))};
}

SaslWishes sasl_wishes(const SettingsSurvey& survey)
{
    return {.asked = lists(survey.policy, is_sasl),
            .mechanisms = survey.sasl_mechanisms,
            .keytab = survey.keytab,
            .hostname = survey.policy.sasl.hostname,
            .password_trouble = survey.policy.sasl.password_trouble};
}

Findings judge_settings(const SettingsSurvey& survey)
{
    Findings findings;
    for (const auto& complaint : survey.complaints) {
        findings.push_back(
            from_complaint(k_settings, Verdict::warning, complaint,
                           _("Change it with gsettings; gnome-desktop-sharing-daemon(1) says what "
                             "it may be.")));
    }
    if (findings.empty()) {
        findings.push_back(well(k_settings, _("All settings can be used.")));
    }
    return findings;
}

Findings judge_locks(const SettingsSurvey& survey)
{
    const auto& locked = survey.locked;
    if (locked.empty()) {
        return {well(k_locks, _("No setting is locked."))};
    }
    if (!survey.policy.enabled && std::ranges::find(locked, "enabled") != locked.end()) {
        return {fault(k_locks, _("An administrator has switched sharing off and locked that."),
                      _("Ask the administrator of this computer to unlock “enabled”."))};
    }
    std::string list;
    for (const auto& name : locked) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return {well(k_locks, sentence(_("An administrator has locked: %s."), list.c_str()))};
}

Findings judge_gnome(const std::optional<GnomeState>& gnome, std::uint16_t port)
{
    if (!gnome) {
        return {well(k_gnome, _("GNOME's own remote desktop is not installed."))};
    }
    const GnomeState::Protocol& vnc = gnome->vnc;
    if (vnc.enabled && vnc.port == port) {
        return {warning(k_gnome,
                        sentence(_("GNOME's own remote desktop is switched on for VNC, at the same "
                                   "port %u."),
                                 static_cast<unsigned>(port)),
                        _("Switch it off with “gsettings set "
                          "org.gnome.desktop.remote-desktop.vnc enable false”."))};
    }
    const bool by_rdp = gnome->rdp.enabled;
    if (by_rdp || vnc.enabled) {
        return {
            well(k_gnome, sentence(_("GNOME's own remote desktop is on too (%s port %u), and "
                                     "not in the way."),
                                   by_rdp ? "RDP" : "VNC",
                                   static_cast<unsigned>(by_rdp ? gnome->rdp.port : vnc.port)))};
    }
    return {well(k_gnome, _("GNOME's own remote desktop is off."))};
}

} // namespace gds::cli
