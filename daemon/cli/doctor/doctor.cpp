// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/doctor.h"

#include "base/translate.h"
#include "cli/doctor/certificate_check.h"
#include "cli/doctor/film_check.h"
#include "cli/doctor/gathering.h"
#include "cli/doctor/keyboard_check.h"
#include "cli/doctor/network_check.h"
#include "cli/doctor/pipewire_check.h"
#include "cli/doctor/portal_check.h"
#include "cli/doctor/service_check.h"
#include "cli/doctor/settings_check.h"
#include "service/sentence.h"

#include <ctime>

#include <glib.h>

namespace gds::cli {

namespace {

using namespace std::chrono_literals;

// What the checks themselves wait for ends before; this is for what nothing else ends.
constexpr std::chrono::milliseconds k_settings_limit{5s};
constexpr std::chrono::milliseconds k_file_limit{5s};
constexpr std::chrono::milliseconds k_pipewire_limit{6s};
constexpr std::chrono::milliseconds k_bus_limit{12s};

std::string own_directory()
{
    return std::string{g_get_user_state_dir()} + "/gnome-desktop-sharing";
}

void append(Findings& all, Findings more)
{
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// All that is looked for at the same time, once the settings are known.
class Checks {
public:
    explicit Checks(const SettingsSurvey& survey)
        : survey_(survey), wishes_(sasl_wishes(survey)), service_(gather_service, k_bus_limit),
          portal_(gather_portal, k_bus_limit),
          permission_([monitors = survey.monitors] { return gather_permission(monitors); },
                      k_bus_limit),
          keyring_(gather_keyring, k_bus_limit), pipewire_(gather_pipewire, k_pipewire_limit),
          certificate_([tls = survey.policy.tls] { return inspect_tls(tls, own_directory()); },
                       k_file_limit),
          sasl_(gather_sasl, k_file_limit),
          keytab_([file = survey.keytab] { return gather_keytab(file); }, k_file_limit),
          network_([port = survey.policy.port] { return gather_network(port); }, k_bus_limit),
          keyboard_(gather_keyboard, k_bus_limit), films_(find_h264_encoder, k_file_limit)
    {}

    Examination run()
    {
        const auto service = service_.wait();
        const auto portal = portal_.wait();
        Findings rest = judge_settings(survey_);
        append(rest, judge_locks(survey_));
        take(rest, portal_, "portal", portal,
             [this](const auto& facts) { return judge_portal(facts, survey_.policy); });
        take(rest, permission_, "permission", permission_.wait(),
             [this, &portal](const auto& facts) {
                 return portal ? judge_permission(facts, *portal, survey_.policy) : Findings{};
             });
        take(rest, pipewire_, "pipewire", pipewire_.wait(), judge_pipewire);
        take(rest, keyring_, "keyring", keyring_.wait(), [this](const auto& facts) {
            return judge_keyring(facts, password_needs(survey_.policy));
        });
        take(rest, certificate_, "certificate", certificate_.wait(),
             [](const auto& facts) { return judge_certificate(facts, std::time(nullptr)); });
        take(rest, sasl_, "sasl", sasl_.wait(),
             [this](const auto& facts) { return judge_sasl(wishes_, facts); });
        take(rest, keytab_, "keytab", keytab_.wait(),
             [this](const auto& facts) { return judge_keytab(wishes_, facts); });
        take(rest, network_, "port", network_.wait(), [&](const auto& facts) {
            return judge_network(facts, service ? service->endpoints : std::vector<std::string>{});
        });
        take(rest, keyboard_, "keyboard", keyboard_.wait(), judge_keyboard);
        take(rest, films_, "films", films_.wait(), judge_films);
        append(rest, judge_gnome(survey_.gnome, survey_.policy.port));

        Examination done;
        take(done.findings, service_, "service", service, [&](const auto& facts) {
            return judge_service(facts, survey_.policy.enabled, has_fault(rest));
        });
        append(done.findings, std::move(rest));
        done.left_behind = left_behind_;
        return done;
    }

private:
    template <typename T, typename Judge>
    void take(Findings& findings, const Gathering<T>& gathering, const char* check,
              const std::optional<T>& facts, Judge judge)
    {
        left_behind_ = left_behind_ || gathering.late();
        if (facts) {
            append(findings, judge(*facts));
        } else {
            findings.push_back(fault(
                check,
                gathering.late()
                    ? _("This could not be found out in time: something hangs.")
                    : sentence(_("This could not be found out: %s."), gathering.failure().c_str()),
                _("Log out and in again, or restart this computer.")));
        }
    }

    Findings judge_network(const NetworkFacts& facts, const std::vector<std::string>& endpoints)
    {
        auto findings = judge_port(facts, {.port = survey_.policy.port,
                                           .negotiate = survey_.policy.negotiate_port,
                                           .endpoints = endpoints});
        append(findings, judge_addresses(facts, endpoints));
        append(findings, judge_firewall(facts, endpoints));
        return findings;
    }

    const SettingsSurvey& survey_;
    SaslWishes wishes_;
    Gathering<ServiceFacts> service_;
    Gathering<PortalFacts> portal_;
    Gathering<PermissionFacts> permission_;
    Gathering<KeyringFacts> keyring_;
    Gathering<PipeWireState> pipewire_;
    Gathering<TlsInspection> certificate_;
    Gathering<std::vector<std::string>> sasl_;
    Gathering<KeytabFacts> keytab_;
    Gathering<NetworkFacts> network_;
    Gathering<KeyboardFacts> keyboard_;
    Gathering<H264Support> films_;
    bool left_behind_ = false;
};

} // namespace

Examination examine()
{
    Gathering<SettingsSurvey> settings{survey_settings, k_settings_limit};
    if (const auto survey = settings.wait()) {
        return Checks{*survey}.run();
    }
    const char* const next = _("Install the program again.");
    return {{settings.late()
                 ? fault("settings", _("The settings cannot be read in time: something hangs."),
                         _("Log out and in again, or restart this computer."))
                 : from_complaint("settings", Verdict::fault, settings.failure(), next)},
            settings.late()};
}

} // namespace gds::cli
