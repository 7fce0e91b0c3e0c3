// SPDX-License-Identifier: GPL-2.0-or-later
// Whether anybody at all could come in with a certificate, its key and a priority: both ends of a
// handshake, played in memory. Included by io/tls_*.cpp only.
#pragma once

#include "io/gnutls_handles.h"

#include <string>

namespace gds {

// Empty: somebody could. Else why not, in GnuTLS's words. The other end speaks all that `priority`
// allows: what fails with it fails with every viewer. Computes for some milliseconds. Throws
// std::runtime_error when it cannot be tried.
std::string rehearse_handshake(gnutls_certificate_credentials_t credentials,
                               gnutls_priority_t priority);

} // namespace gds
