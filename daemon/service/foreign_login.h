// SPDX-License-Identifier: GPL-2.0-or-later
// ForeignLogin: a user whose password another program keeps, and who may log in here too.
// Implemented for GNOME Settings and by a fake in tests; owned by main. Main thread; nothing here
// blocks.
#pragma once

#include "base/bytes.h"
#include "base/task.h"
#include "rfb/scram_verifier.h"

#include <string>
#include <vector>

namespace gds {

struct ForeignUser {
    std::string name; // empty: there is none
    std::vector<ScramVerifier> verifiers;
    bool locked = false; // there may be one that only an unlocked keyring shows
    std::string complaint; // why there is none, as a translated sentence for people
};

class ForeignLogin {
public:
    virtual ~ForeignLogin() = default;

    // Never prompts. The same password makes the same verifiers as long as `key` is the same.
    // Throws SecretStoreError.
    virtual Task<ForeignUser> load(Bytes key) = 0;
    // Asks the person at the desk, if need be. False when it stays locked.
    virtual Task<bool> unlock() = 0;
};

} // namespace gds
