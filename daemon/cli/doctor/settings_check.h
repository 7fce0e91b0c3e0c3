// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the settings: what in them cannot be used, what an administrator has locked, and
// what GNOME's own remote desktop is told to do.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/keyring_check.h"
#include "cli/doctor/sasl_check.h"
#include "service/settings_survey.h"

namespace gds::cli {

Findings judge_settings(const SettingsSurvey& survey);
Findings judge_locks(const SettingsSurvey& survey);
Findings judge_gnome(const std::optional<GnomeState>& gnome, std::uint16_t port);

// What the settings ask of the keyring and of SASL.
PasswordNeeds password_needs(const Policy& policy);
SaslWishes sasl_wishes(const SettingsSurvey& survey);

} // namespace gds::cli
