// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/certificate_check.h"

#include "base/translate.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_certificate = "certificate";
constexpr std::int64_t k_soon = std::int64_t{14} * 24 * 3600;

std::string renew(const TlsInspection& inspection)
{
    // The next one is made for the same key, which viewers that remember keys keep trusting.
    return inspection.own
               ? sentence(_("Remove it with “rm %s”; the sharing service makes a new one."),
                          inspection.certificate_file.c_str())
               : sentence(_("Put a renewed certificate into %s."),
                          inspection.certificate_file.c_str());
}

Finding judge_times(const TlsInspection& inspection, std::int64_t now)
{
    const char* const file = inspection.certificate_file.c_str();
    const char* const day = inspection.last_day.c_str();
    if (inspection.valid_until < now) {
        return fault(k_certificate,
                     sentence(_("The certificate in %s has expired on %s, and viewers may refuse "
                                "it."),
                              file, day),
                     renew(inspection));
    }
    if (inspection.valid_from > now) {
        return fault(k_certificate, sentence(_("The certificate in %s is not valid yet."), file),
                     _("Set the clock of this computer: “timedatectl” shows it."));
    }
    if (inspection.valid_until - now < k_soon) {
        return warning(k_certificate,
                       sentence(_("The certificate in %s expires on %s."), file, day),
                       renew(inspection));
    }
    return well(k_certificate, sentence(_("The certificate is valid until %s."), day));
}

} // namespace

Findings judge_certificate(const TlsInspection& inspection, std::int64_t now)
{
    if (inspection.missing) {
        return {well(k_certificate, _("There is no certificate yet; the sharing service makes it "
                                      "when it starts for the first time."))};
    }
    Findings findings;
    for (const auto& complaint : inspection.complaints) {
        const auto next =
            inspection.own
                ? _("Move cert.pem and key.pem out of the way in that directory; the sharing "
                    "service makes new ones.")
                : _("Correct it, or what the settings of org.gnome.desktop-sharing.tls say of it.");
        findings.push_back(from_complaint(
            k_certificate, inspection.usable ? Verdict::warning : Verdict::fault, complaint, next));
    }
    if (inspection.valid_until != 0) {
        findings.push_back(judge_times(inspection, now));
    }
    return findings;
}

} // namespace gds::cli
