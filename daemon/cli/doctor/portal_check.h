// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the desktop portal, whence screen and input come, and on the permission that it was
// given once.
#pragma once

#include "cli/doctor/bus_question.h"
#include "cli/doctor/finding.h"
#include "service/settings_survey.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gds::cli {

struct PortalInterface {
    std::optional<std::uint32_t> version; // nothing: it is not there
    std::uint32_t types = 0; // AvailableSourceTypes or AvailableDeviceTypes
};

struct PortalFacts {
    BusTrouble trouble = BusTrouble::none;
    PortalInterface screen_cast;
    PortalInterface remote_desktop;
    PortalInterface clipboard;
    bool mutter = false; // which has all of it as well
};

PortalFacts gather_portal();
Findings judge_portal(const PortalFacts& facts, const Policy& policy);

struct PermissionFacts {
    BusTrouble trouble = BusTrouble::none; // of the keyring
    bool kept = false;
    bool locked = false;
};

PermissionFacts gather_permission(const std::string& monitors);
// Says nothing where nobody is asked, or where the keyring or the portal is what is wrong.
Findings judge_permission(const PermissionFacts& facts, const PortalFacts& portal,
                          const Policy& policy);

} // namespace gds::cli
