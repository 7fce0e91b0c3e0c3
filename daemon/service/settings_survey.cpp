// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/settings_survey.h"

#include "service/gnome_settings.h"
#include "service/policy_from_settings.h"
#include "service/sasl_settings.h"
#include "service/setting_keys.h"
#include "service/setting_values.h"

#include <algorithm>

namespace gds {

SettingsSurvey survey_settings()
{
    const auto settings = PolicySettings::open();
    const GObjectPtr<GSettings> sasl{g_settings_get_child(settings.get(), "sasl")};
    SettingsSurvey survey;
    // Whether it can be read may take long to find out, and is not for the settings to say.
    const KeytabAnswer readable = [](const std::string&) { return std::optional{0}; };
    survey.policy = read_policy(settings.get(), CommandLine{}, readable);
    std::vector<std::string> about_sasl;
    read_sasl_policy(sasl.get(), readable, about_sasl);
    std::ranges::copy_if(survey.policy.complaints, std::back_inserter(survey.complaints),
                         [&about_sasl](const std::string& complaint) {
                             return std::ranges::find(about_sasl, complaint) == about_sasl.end();
                         });
    survey.sasl_mechanisms = wished_sasl_mechanisms(sasl.get());
    survey.keytab = setting_word(sasl.get(), "keytab");
    survey.monitors = setting_word(settings.get(), "monitors");
    survey.locked = locked_settings(setting_keys(settings.get()));
    if (is_gnome_remote_desktop_installed()) {
        survey.gnome = read_gnome_keys();
    }
    return survey;
}

} // namespace gds
