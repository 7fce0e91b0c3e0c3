// SPDX-License-Identifier: GPL-2.0-or-later
// The certificate of a client: judged inside the handshake, so that the client learns of it by an
// alert, and told afterwards. Included by io/tls_*.cpp only.
#pragma once

#include "io/gnutls_handles.h"
#include "io/tls_stream.h"
#include "io/tls_trust.h"

#include <optional>
#include <string>

namespace gds {

struct PeerVerdict {
    // GNUTLS_A_*; of use when it is refused.
    gnutls_alert_description_t alert = GNUTLS_A_BAD_CERTIFICATE;
    // Why it is refused, for the log; empty: it holds, or there is none.
    std::string refused;
};

// Whether a signature by the certificate's key can be checked in no time worth mentioning. An RSA
// key of some kilobytes with an exponent as long keeps a processor busy for seconds, and needs
// nobody to have made it.
bool key_is_cheap(gnutls_x509_crt_t certificate);
// Of the client's own certificate, which the handshake checks a signature by before it asks
// anybody whether the certificate is any good; true where there is none.
bool peer_key_is_cheap(gnutls_session_t session);

// `trust` is what the credentials of the session were given; null: nothing.
PeerVerdict judge_peer(gnutls_session_t session, const TlsTrust* trust);

// Whether the certificate that held in the handshake holds by other credentials as well.
bool still_holds(gnutls_session_t session, const TlsCredentials& credentials);

// Of the certificate that was judged and holds.
std::optional<TlsPeer> peer_of(gnutls_session_t session);

} // namespace gds
