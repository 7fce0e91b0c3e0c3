// SPDX-License-Identifier: GPL-2.0-or-later
// A snapshot of who may log in by password, made by the service floor from the secret store.
// Immutable: workers read it without locks; a change makes a new snapshot.
#pragma once

#include "base/secret_string.h"
#include "rfb/scram_verifier.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gds {

struct Credentials {
    // By user name (octets); at most one verifier per hash.
    std::map<std::string, std::vector<ScramVerifier>, std::less<>> users;
    // Keys the invented verifiers of unknown users, so that they look like those of known ones;
    // random, kept with the credentials so that it survives a restart.
    Bytes decoy_key;
    // Empty: usable. Else why nobody can log in by password now ("the keyring is locked").
    std::string unavailable;
    // Only because no user has a password, as where people log in otherwise.
    bool no_users = false;
    // The one password of VNC Authentication; null: none is set, or it cannot be read, and
    // `vnc_unavailable` says which.
    std::shared_ptr<const SecretString> vnc_password;
    std::string vnc_unavailable;
    // The first reading has not ended: `unavailable` may be over in a moment.
    bool pending = false;

    // The user's verifier, or for an unknown name one that no password fits (same salt every time).
    // `known` tells which; compute the same work either way.
    ScramVerifier verifier_for(std::string_view user, ScramHash hash, bool& known) const;
};

// A password that nobody has; the same every time for the name.
SecretString decoy_password(const Credentials& credentials, std::string_view user);

// The same without users of its own, for when somebody else knows them. `unavailable` as above.
std::shared_ptr<const Credentials> without_users(const Credentials& credentials,
                                                 const std::string& unavailable);

// Whether `password` is the one of `user`. Costs one PBKDF2 whether there is such a user or not;
// call it on a worker.
bool may_log_in(const Credentials& credentials, std::string_view user, std::string_view password);

using CredentialsPtr = std::shared_ptr<const Credentials>;

} // namespace gds
