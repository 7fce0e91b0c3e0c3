// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/service_check.h"

#include "base/text.h"
#include "base/translate.h"
#include "cli/service_link.h"
#include "config.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_service = "service";

const char* restart()
{
    return _("Restart it with “systemctl --user restart gnome-desktop-sharing”.");
}

const char* read_journal()
{
    return _("Look at what it says: “journalctl --user -u gnome-desktop-sharing -b”.");
}

Finding off()
{
    return warning(k_service, _("Sharing is switched off."),
                   _("Switch it on with “gnome-desktop-sharing enable”."));
}

Findings judge_silence(const ServiceFacts& facts, bool enabled)
{
    switch (facts.trouble) {
    case BusTrouble::absent:
        return {enabled ? fault(k_service,
                                _("Sharing is switched on, and the sharing service does not run."),
                                _("Start it with “systemctl --user start gnome-desktop-sharing”."))
                        : off()};
    case BusTrouble::no_bus:
        return {fault(k_service, _("There is no session bus here."),
                      _("Run this inside the desktop session."))};
    case BusTrouble::silent:
        return {fault(k_service, _("The sharing service does not answer."), restart())};
    case BusTrouble::refused:
    case BusTrouble::none:
        break;
    }
    return {fault(
        k_service,
        sentence(_("The sharing service refuses to answer (%s)."), printable(facts.why).c_str()),
        read_journal())};
}

} // namespace

ServiceFacts gather_service()
{
    const auto answer = ask_properties({.name = "org.gnome.DesktopSharing",
                                        .path = "/org/gnome/DesktopSharing",
                                        .interface = nullptr,
                                        .method = nullptr,
                                        .start = BusStart::forbidden},
                                       "org.gnome.DesktopSharing");
    ServiceFacts facts;
    facts.trouble = answer.trouble;
    facts.why = answer.why;
    if (GVariant* const properties = answer.value.get(); properties != nullptr) {
        facts.state = text_of(properties, "State");
        facts.reason = text_of(properties, "StatusReason");
        facts.version = text_of(properties, "Version");
        facts.endpoints = texts_of(properties, "Endpoints");
    }
    return facts;
}

Findings judge_service(const ServiceFacts& facts, bool enabled, bool explained)
{
    if (facts.trouble != BusTrouble::none) {
        return judge_silence(facts, enabled);
    }
    Findings findings;
    if (facts.version != GDS_VERSION) {
        findings.push_back(warning(
            k_service,
            sentence(_("The sharing service that runs is version %s, and version %s is installed."),
                     printable(facts.version).c_str(), GDS_VERSION),
            restart()));
    }
    if (facts.state == "disabled") {
        findings.push_back(off());
    } else if (facts.state == "failed" && !explained) {
        findings.push_back(from_complaint(
            k_service, Verdict::fault,
            facts.reason.empty() ? _("Nobody can connect.") : facts.reason, read_journal()));
    } else if (!facts.reason.empty()) {
        findings.push_back(
            from_complaint(k_service, Verdict::warning, facts.reason, read_journal()));
    } else {
        findings.push_back(well(k_service, _("The sharing service runs, and sharing is on.")));
    }
    return findings;
}

} // namespace gds::cli
