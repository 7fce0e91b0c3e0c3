// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of org.gnome.desktop-sharing.sasl -> SaslPolicy.
#pragma once

#include "rfb/sasl_policy.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gio/gio.h>

namespace gds {

// KeytabWatch::answer() for that path.
using KeytabAnswer = std::function<std::optional<int>(const std::string& path)>;

// One reading of all keys. What cannot be used is left out, and a sentence about it added to
// `complaints`; an empty list of mechanisms comes out only when nothing that was named can be used.
// While there is no answer there is no Kerberos, and nothing to complain of.
SaslPolicy read_sasl_policy(GSettings* settings, const KeytabAnswer& keytab,
                            std::vector<std::string>& complaints);

// What “mechanisms” names, or where it is empty, what it stands for then; whether it can be had or
// not.
std::vector<std::string> wished_sasl_mechanisms(GSettings* settings);

// What “mechanisms” may name, whether it is installed or not.
bool is_known_sasl_mechanism(std::string_view name);
std::string known_sasl_mechanism_words();

// What “password-source” may name.
std::optional<PasswordSource> password_source_of(std::string_view word);

} // namespace gds
