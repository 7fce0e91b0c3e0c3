// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the keyring: whether it is there and open, and who has a password in it. Counts and
// names no secret: none is read.
#pragma once

#include "cli/doctor/bus_question.h"
#include "cli/doctor/finding.h"

#include <map>
#include <string>
#include <vector>

namespace gds::cli {

struct KeyringItems {
    BusTrouble trouble = BusTrouble::none;
    std::vector<std::string> unlocked; // object paths
    std::vector<std::string> locked;
};
KeyringItems find_keyring_items(const char* schema,
                                const std::map<std::string, std::string>& attributes);

struct KeyringFacts {
    BusTrouble trouble = BusTrouble::none;
    bool has_default = false; // a keyring that new items go to
    bool locked = false; // that one, or some of ours
    unsigned users = 0;
    bool vnc_password = false;
};

// What the settings want from it.
struct PasswordNeeds {
    bool users = false; // passwords of users let in, and are kept here
    bool vnc = false; // the VNC password lets in
    bool other_ways = false; // somebody can get in without either
};

KeyringFacts gather_keyring();
Findings judge_keyring(const KeyringFacts& facts, const PasswordNeeds& needs);

} // namespace gds::cli
