// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/finding.h"

namespace gds::cli {

Finding from_complaint(std::string check, Verdict verdict, const std::string& complaint,
                       std::string next)
{
    const auto end = complaint.find(". ");
    if (end == std::string::npos) {
        return {std::move(check), verdict, complaint, std::move(next)};
    }
    return {std::move(check), verdict, complaint.substr(0, end + 1), complaint.substr(end + 2)};
}

} // namespace gds::cli
