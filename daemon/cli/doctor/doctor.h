// SPDX-License-Identifier: GPL-2.0-or-later
// Looks for what keeps viewers from this desktop, with the daemon running and without.
#pragma once

#include "cli/doctor/finding.h"

namespace gds::cli {

struct Examination {
    Findings findings; // in the order in which a person would look
    // Something has not answered and still holds a thread: end the process without waiting for it.
    bool left_behind = false;
};

// Takes no longer than the slowest check may, whatever hangs.
Examination examine();

std::string findings_text(const Findings& findings);
// {"Faults": 0, "Warnings": 1, "Findings": [{"Check", "Verdict", "What", "Next"}]}
std::string findings_json(const Findings& findings);
bool has_fault(const Findings& findings);

} // namespace gds::cli
