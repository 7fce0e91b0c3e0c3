// SPDX-License-Identifier: GPL-2.0-or-later
// Finding: what the doctor says about one matter. Made by the judgements (pure functions from facts
// to findings, a file per subject), printed by cli/doctor/doctor_report.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gds::cli {

enum class Verdict {
    ok,
    warning, // works, and not for everybody or not for ever
    fault, // keeps people from what the settings say they may do
};

struct Finding {
    std::string check; // its name in the manual page; stable
    Verdict verdict = Verdict::ok;
    std::string what; // one sentence
    std::string next; // the one thing to do about it; empty when all is well

    bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

inline Finding well(std::string check, std::string what)
{
    return {std::move(check), Verdict::ok, std::move(what), {}};
}
inline Finding warning(std::string check, std::string what, std::string next)
{
    return {std::move(check), Verdict::warning, std::move(what), std::move(next)};
}
inline Finding fault(std::string check, std::string what, std::string next)
{
    return {std::move(check), Verdict::fault, std::move(what), std::move(next)};
}

// From a sentence of the daemon's own, which says what is wrong and, as a rule, in a second one
// what to do; `next` is for those that do not.
Finding from_complaint(std::string check, Verdict verdict, const std::string& complaint,
                       std::string next);

} // namespace gds::cli
