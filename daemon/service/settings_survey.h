// SPDX-License-Identifier: GPL-2.0-or-later
// The settings as somebody sees them who looks for what hinders: one reading, by value, for the
// command.
#pragma once

#include "server/policy.h"
#include "service/gnome_follow.h"

#include <optional>
#include <string>
#include <vector>

namespace gds {

struct SettingsSurvey {
    Policy policy; // as a daemon without options would have it
    // Of the policy's complaints, those that are not about SASL.
    std::vector<std::string> complaints;
    // As the settings have them, usable or not.
    std::vector<std::string> sasl_mechanisms;
    std::string keytab;
    std::string monitors;
    std::vector<std::string> locked; // settings that only an administrator changes
    // What GNOME's own remote desktop is told to do; nothing where it is not installed.
    std::optional<GnomeState> gnome;
};

// Throws std::runtime_error with a sentence when our schema is not installed.
SettingsSurvey survey_settings();

} // namespace gds
