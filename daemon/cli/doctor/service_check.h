// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the daemon itself: does it run, and what does it say?
#pragma once

#include "cli/doctor/bus_question.h"
#include "cli/doctor/finding.h"

#include <string>
#include <vector>

namespace gds::cli {

struct ServiceFacts {
    BusTrouble trouble = BusTrouble::none; // absent: it does not run, and is not started for this
    std::string why;
    std::string state;
    std::string reason;
    std::string version;
    std::vector<std::string> endpoints;
};

ServiceFacts gather_service();

// `enabled` by the settings; `explained`: another finding is a fault, and says more than it can.
Findings judge_service(const ServiceFacts& facts, bool enabled, bool explained);

} // namespace gds::cli
