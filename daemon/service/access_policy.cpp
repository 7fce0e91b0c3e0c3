// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/access_policy.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/sentence.h"

namespace gds {

void read_access(GSettings* access, Policy& policy)
{
    policy.access = AccessRules{};
    GVariant* const rules = g_settings_get_value(access, "rules");
    GVariantIter iter;
    g_variant_iter_init(&iter, rules);
    const char* verdict = nullptr;
    const char* pattern = nullptr;
    while (g_variant_iter_next(&iter, "(&s&s)", &verdict, &pattern) != FALSE) {
        auto parsed = parse_access_rule(verdict, pattern);
        policy.access.rules.push_back(std::move(parsed.rule));
        if (!parsed.complaint.empty()) {
            policy.complaints.push_back(std::move(parsed.complaint));
        }
    }
    g_variant_unref(rules);

    char* const word = g_settings_get_string(access, "default");
    const auto otherwise = access_verdict_of(word);
    policy.access.otherwise = otherwise.value_or(AccessVerdict::deny);
    if (!otherwise) {
        policy.complaints.push_back(
            sentence(_("The access setting “default” is “%s”, which is not known; whoever no rule "
                       "matches is denied. Known are control, view, ask and deny."),
                     printable(word).c_str()));
    }
    g_free(word);
}

} // namespace gds
