// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps a snapshot of the password verifiers up to date with the secret store: loads at start,
// again when the store changes, and again by itself while the store cannot be used. Owned by main,
// which hands the snapshots to the server.
#pragma once

#include "base/source.h"
#include "base/task_scope.h"
#include "rfb/credentials.h"
#include "service/foreign_login.h"
#include "service/secret_store.h"

#include <chrono>
#include <functional>
#include <optional>

namespace gds {

class CredentialSource {
public:
    using OnSnapshot = std::function<void(CredentialsPtr)>;

    struct Timing {
        std::chrono::milliseconds deadline{10'000}; // for one answer of the secret service
        std::chrono::milliseconds settle{200}; // several changes become one load
        std::chrono::milliseconds first_retry{1'000}; // doubled
        std::chrono::milliseconds longest_retry{60'000};
    };

    // Begins to load at once; until that ended the snapshot says that nobody can log in yet.
    CredentialSource(SecretStore& store, OnSnapshot on_snapshot);
    CredentialSource(SecretStore& store, OnSnapshot on_snapshot, Timing timing);
    ~CredentialSource();
    CredentialSource(const CredentialSource&) = delete;
    CredentialSource& operator=(const CredentialSource&) = delete;

    // Never null.
    CredentialsPtr snapshot() const { return snapshot_; }

    // Sharing is on: only then is the person at the desk asked to unlock the keyring, once.
    void set_wanted(bool wanted);
    // Somebody else's user, who may log in as well; null: no longer, from now on. Users of our own
    // win over one of the same name. Outlives us.
    void set_foreign(ForeignLogin* foreign);

    // As if something in the store had changed.
    void look_again() { load_soon({}); }

private:
    void load_soon(std::chrono::milliseconds delay);
    Task<> load();
    Task<> load_foreign();
    Task<> keep_decoy_key();
    void publish_stored();
    void fail(const std::string& why);
    void publish(Credentials credentials);
    void ask_to_unlock();

    SecretStore& store_;
    OnSnapshot on_snapshot_;
    Timing timing_;
    CredentialsPtr snapshot_;
    Bytes decoy_key_;
    bool decoy_key_kept_ = false;
    StoredSecrets stored_; // of the last load
    bool loaded_ = false;
    ForeignLogin* foreign_ = nullptr;
    ForeignUser foreign_user_;
    bool wanted_ = false;
    bool locked_ = false;
    bool asked_to_unlock_ = false;
    bool loading_ = false;
    bool load_again_ = false;
    std::chrono::milliseconds retry_;
    Source timer_;
    TaskScope loads_;
    TaskScope unlocks_;
};

} // namespace gds
