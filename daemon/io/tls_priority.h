// SPDX-License-Identifier: GPL-2.0-or-later
// Which versions and ciphers of TLS are spoken with a certificate. Included by io/tls_*.cpp only.
#pragma once

#include "io/gnutls_handles.h"

#include <string>

namespace gds {

PriorityHandle default_priority();

// `wished` is a GnuTLS priority string. What is older than TLS 1.2, anonymous or broken is taken
// out of it. Throws std::runtime_error with a sentence when it cannot be used or leaves nothing.
PriorityHandle wished_priority(const std::string& wished);

} // namespace gds
