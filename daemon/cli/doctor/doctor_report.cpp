// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/translate.h"
#include "cli/doctor/doctor.h"
#include "cli/json.h"

#include <algorithm>

#include <glib.h>

namespace gds::cli {

namespace {

const char* word_of(Verdict verdict)
{
    switch (verdict) {
    case Verdict::ok:
        return "ok";
    case Verdict::warning:
        return "warning";
    case Verdict::fault:
        break;
    }
    return "fault";
}

const char* mark_of(Verdict verdict)
{
    switch (verdict) {
    case Verdict::ok:
        // Translators: in front of what is all right.
        return _("ok");
    case Verdict::warning:
        // Translators: in front of what works, and not for everybody or not for ever.
        return _("warning");
    case Verdict::fault:
        break;
    }
    // Translators: in front of what is wrong.
    return _("FAULT");
}

std::size_t columns_of(const std::string& text)
{
    return static_cast<std::size_t>(std::max<glong>(0, g_utf8_strlen(text.c_str(), -1)));
}

std::ptrdiff_t count(const Findings& findings, Verdict verdict)
{
    return std::ranges::count(findings, verdict, &Finding::verdict);
}

} // namespace

bool has_fault(const Findings& findings) { return count(findings, Verdict::fault) != 0; }

std::string findings_text(const Findings& findings)
{
    std::size_t marks = 0;
    std::size_t checks = 0;
    for (const auto& finding : findings) {
        marks = std::max(marks, columns_of(mark_of(finding.verdict)));
        checks = std::max(checks, columns_of(finding.check));
    }
    std::string text;
    for (const auto& finding : findings) {
        const std::string mark = mark_of(finding.verdict);
        text += mark + std::string(marks - columns_of(mark) + 2, ' ');
        text += finding.check + std::string(checks - columns_of(finding.check) + 2, ' ');
        text += finding.what + '\n';
        if (!finding.next.empty()) {
            text += std::string(marks + checks + 4, ' ') + "→ " + finding.next + '\n';
        }
    }
    return text;
}

std::string findings_json(const Findings& findings)
{
    std::string text = "{\"Faults\":" + std::to_string(count(findings, Verdict::fault)) +
                       ",\"Warnings\":" + std::to_string(count(findings, Verdict::warning)) +
                       ",\"Findings\":[";
    bool first = true;
    for (const auto& finding : findings) {
        text += first ? "{" : ",{";
        text += "\"Check\":" + json_string(finding.check) + ",\"Verdict\":\"" +
                word_of(finding.verdict) + "\",\"What\":" + json_string(finding.what) +
                ",\"Next\":" + json_string(finding.next) + '}';
        first = false;
    }
    return text + "]}";
}

} // namespace gds::cli
