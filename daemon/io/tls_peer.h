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

// `trust` is what the credentials of the session were given; null: nothing.
PeerVerdict judge_peer(gnutls_session_t session, const TlsTrust* trust);

// Whether the certificate that held in the handshake holds by other credentials as well.
bool still_holds(gnutls_session_t session, const TlsCredentials& credentials);

// Of the certificate that was judged and holds.
std::optional<TlsPeer> peer_of(gnutls_session_t session);

} // namespace gds
