// SPDX-License-Identifier: GPL-2.0-or-later
// What Cyrus SASL learns of our users: an in-process auxprop plug-in that hands out SCRAM
// verifiers, and the callback that judges a password sent in clear. Both answer from the
// Credentials snapshot that belongs to the connection in question, so that handshakes may overlap
// and snapshots may change.
#pragma once

#include "rfb/credentials.h"

#include <sasl/sasl.h>

namespace gds {

// Its name in the connection's `auxprop_plugin` option.
inline constexpr const char* k_credentials_plugin = "gds-credentials";

// After sasl_server_init. Returns a SASL code.
int add_credentials_plugin();

// The SASL_CB_SERVER_USERDB_CHECKPASS entry of a connection. Its context is also where the plug-in
// finds the snapshot: the library looks callbacks up by connection. `credentials` must outlive the
// connection.
sasl_callback_t credentials_callback(const Credentials& credentials);

} // namespace gds
