// SPDX-License-Identifier: GPL-2.0-or-later
// Who signs client certificates and which of those were revoked: `ca-file` and `crl-file`, read and
// checked. Immutable. Included by io/tls_*.cpp only.
#pragma once

#include "io/gnutls_handles.h"
#include "io/tls_settings.h"

#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace gds {

struct TlsTrust {
    std::string ca_file;
    std::string crl_file; // empty: none
    std::string ca_pem;
    std::string crl_pem;
    // When the first of the lists is out of date: after that nobody knows who was revoked.
    std::optional<std::time_t> crl_ends;
};

// Throws std::runtime_error with a sentence when one of the files cannot be used. No list of
// revoked certificates is read where none is named; one that is named and cannot be used makes all
// of it unusable, since it would let in who was revoked.
TlsTrust read_tls_trust(const TlsSettings& settings);

// Sentences about authorities and lists that are out of date.
std::vector<std::string> warnings_of(const TlsTrust& trust);

void set_trust(gnutls_certificate_credentials_t credentials, const TlsTrust& trust);

} // namespace gds
