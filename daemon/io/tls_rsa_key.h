// SPDX-License-Identifier: GPL-2.0-or-later
// New RSA keys, by GnuTLS, which makes our other keys.
#pragma once

#include "base/secret_string.h"

namespace gds {

// PEM, PKCS #1. May take a second.
SecretString make_rsa_private_key(unsigned bits);

} // namespace gds
