// SPDX-License-Identifier: GPL-2.0-or-later
// Who is who to Cyrus SASL: an in-process canon_user plug-in that keeps the names of password users
// as they are, or refuses them, and gives principals their realm; and the rule that nobody acts for
// somebody else. Both go by the NameRules that belong to the connection in question.
#pragma once

#include <sasl/sasl.h>

namespace gds {

// Its name in the connection's `canon_user_plugin` option. The library's own one would trim names,
// and would append a realm.
inline constexpr const char* k_names_plugin = "gds-names";

struct NameRules {
    // Names are principals of Kerberos.
    bool principals = false;
    // Who judges passwords takes `alice@REALM` for alice: such a name is nobody's, so that no rule
    // that names alice is passed by.
    bool no_realms = false;
};

// After sasl_server_init. Returns a SASL code.
int add_names_plugin();

// The SASL_CB_PROXY_POLICY entry of a connection. Its context is also where the plug-in finds the
// rules. `rules` must outlive the connection.
sasl_callback_t names_callback(const NameRules& rules);

} // namespace gds
