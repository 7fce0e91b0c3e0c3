// SPDX-License-Identifier: GPL-2.0-or-later
// The credentials of TLS without any: anonymous key exchange, for the VeNCrypt sub-types that an
// administrator listed by name. Nothing here is shared with the certificate's credentials, so that
// neither can be talked down to the other.
#pragma once

#include "io/tls_credentials.h"

namespace gds {

// Its fingerprint() and pin() are empty.
TlsCredentialsPtr make_anonymous_tls_credentials();

} // namespace gds
