// SPDX-License-Identifier: GPL-2.0-or-later
// What Cyrus SASL learns of users: an in-process auxprop plug-in that hands out SCRAM verifiers of
// our own, or where sasldb has the users, passwords for those whom it does not know; and the
// callback that judges a password sent in clear. Both answer from the Credentials snapshot that
// belongs to the connection in question, so that handshakes may overlap and snapshots may change.
#pragma once

#include "rfb/credentials.h"
#include "rfb/sasl_policy.h"

#include <sasl/sasl.h>

namespace gds {

// Its name in the connection's `auxprop_plugin` option.
inline constexpr const char* k_credentials_plugin = "gds-credentials";

// Where a connection finds its users.
struct UserLookup {
    const Credentials& credentials;
    PasswordSource source = PasswordSource::keyring;
};

// After sasl_server_init. Returns a SASL code.
int add_credentials_plugin();

// The SASL_CB_SERVER_USERDB_CHECKPASS entry of a connection. Its context is also where the plug-in
// finds the snapshot: the library looks callbacks up by connection. `lookup` must outlive the
// connection.
sasl_callback_t credentials_callback(const UserLookup& lookup);

// For a connection whose users are those of sasldb: has their passwords looked up with their names.
int request_passwords(sasl_conn_t* connection);

} // namespace gds
