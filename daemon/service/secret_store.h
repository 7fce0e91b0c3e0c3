// SPDX-License-Identifier: GPL-2.0-or-later
// SecretStore: where password verifiers are kept, and the VNC password. Implemented over libsecret
// and by a fake in tests; owned by main (the daemon) or by the command-line control. Main thread;
// nothing here blocks, and the caller bounds each call with a time limit.
#pragma once

#include "base/bytes.h"
#include "base/secret_string.h"
#include "base/task.h"
#include "rfb/scram_verifier.h"

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds {

// The store cannot be used now; what() is a translated sentence for people.
struct SecretStoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What can be read without asking anybody.
struct StoredSecrets {
    std::map<std::string, std::vector<ScramVerifier>, std::less<>> users;
    std::shared_ptr<const SecretString> vnc_password; // null: none is kept
    Bytes decoy_key; // empty: none is kept yet
    bool locked = false; // there is something of ours that only an unlocked keyring shows
    unsigned unusable_items = 0; // malformed: as if they were not there
};

class SecretStore {
public:
    virtual ~SecretStore() = default;

    // Never prompts.
    virtual Task<StoredSecrets> load() = 0;
    // Asks the person at the desk to unlock what is ours, if need be. Lasts as long as the person
    // does. False when it stays locked.
    virtual Task<bool> unlock() = 0;

    // These may prompt for unlocking. All verifiers of a user are replaced as one.
    virtual Task<> save_user(std::string user, std::vector<ScramVerifier> verifiers) = 0;
    // False when there was none.
    virtual Task<bool> remove_user(std::string user) = 0;
    virtual Task<std::vector<std::string>> users() = 0;

    // The one of VNC Authentication, which has no name.
    virtual Task<> save_vnc_password(SecretString password) = 0;
    // False when there was none.
    virtual Task<bool> remove_vnc_password() = 0;

    virtual Task<> save_decoy_key(Bytes key) = 0;

    // Told that something may have changed: items, locks, or the service itself came. May be told
    // too often. Null ends it.
    virtual void set_on_change(std::function<void()> on_change) = 0;
};

} // namespace gds
