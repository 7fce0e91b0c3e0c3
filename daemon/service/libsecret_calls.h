// SPDX-License-Identifier: GPL-2.0-or-later
// The few things that we ask of the secret service (org.freedesktop.secrets), each as one awaitable
// that never blocks. What fails throws SecretStoreError with a sentence for people. Used by the
// stores of this floor, which own nothing but their schema.
#pragma once

#include "base/gobject_ptr.h"
#include "base/secret_string.h"
#include "base/task.h"

#include <map>
#include <string>
#include <vector>

#include <libsecret/secret.h>

namespace gds {

using SecretAttributes = std::map<std::string, std::string>;

struct FoundSecret {
    SecretAttributes attributes; // of a locked item not necessarily readable
    bool locked = false;
    SecretString secret; // empty when locked or not asked for
};

enum class SecretSearch {
    quiet, // locked items are found, their secrets are not
    unlocking, // asks the person at the desk to unlock what was found
};

Task<std::vector<FoundSecret>> search_secrets(const SecretSchema& schema,
                                              SecretAttributes attributes, SecretSearch how);

// Replaces the item of the same schema and attributes in the default collection; that is made, and
// unlocked, if need be, by asking the person at the desk.
Task<> store_secret(const SecretSchema& schema, SecretAttributes attributes, std::string label,
                    SecretString secret);

// False when there was none.
Task<bool> clear_secrets(const SecretSchema& schema, SecretAttributes attributes);

// Whether something can be stored now without asking anybody.
Task<bool> can_store_quietly();

} // namespace gds
