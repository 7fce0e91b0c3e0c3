// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on logging in by SASL: plug-ins of the mechanisms asked for, and the keytab of
// Kerberos.
#pragma once

#include "cli/doctor/finding.h"

#include <string>
#include <vector>

namespace gds::cli {

struct SaslWishes {
    bool asked = false; // a listed security type is SASL
    std::vector<std::string> mechanisms; // as the settings name them, or the default ones
    std::string keytab;
    std::string hostname;
    std::string password_trouble; // of another source than the keyring
};

bool wants_kerberos(const SaslWishes& wishes);

std::vector<std::string> gather_sasl(); // installed mechanisms
Findings judge_sasl(const SaslWishes& wishes, const std::vector<std::string>& installed);

struct KeytabFacts {
    std::string trouble; // why it cannot be read
    std::vector<std::string> principals;
};

KeytabFacts gather_keytab(const std::string& keytab);
Findings judge_keytab(const SaslWishes& wishes, const KeytabFacts& facts);

} // namespace gds::cli
