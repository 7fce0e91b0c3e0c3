// SPDX-License-Identifier: GPL-2.0-or-later
// From ProtocolVersion to SecurityResult (RFC 6143, 7.1): what a connection is offered, the check
// of the choice against the offer, and the proof that comes out. The caller sets the deadline.
#pragma once

#include "base/task.h"
#include "base/worker_pool.h"
#include "io/tls_credentials.h"
#include "rfb/authenticated.h"
#include "rfb/connection.h"
#include "rfb/credentials.h"
#include "rfb/ra2_key.h"
#include "rfb/sasl_policy.h"
#include "rfb/security_word.h"

#include <string>
#include <vector>

namespace gds {

// Everything that the handshake of one connection goes by, fixed when it was accepted.
struct SecuritySetup {
    // In the order of the setting.
    std::vector<SecurityWord> offer;
    // Null: no usable certificate, so nothing of the offer that needs it can be had.
    TlsCredentialsPtr tls;
    // Null: no anonymous TLS.
    TlsCredentialsPtr anonymous_tls;
    // Null: no RA2.
    Ra2KeyPtr ra2_key;
    CredentialsPtr credentials; // never null
    SaslPolicy sasl;
    // The kernel says that the peer is a process of our own user: never so over a network.
    bool peer_is_own_user = false;
    // Not empty: refuse every client with this reason before any security type is offered.
    std::string refuse_with;
};

// Told how a handshake goes; lets the server log, count and refuse.
class SecurityObserver {
public:
    virtual ~SecurityObserver() = default;
    // `stage` of the handshake now entered, for the log: "version", "security-type", "vencrypt",
    // "tls", "sasl", "plain", "vnc-auth", "none", "ra2", "result".
    virtual void on_stage(const char* stage) = 0;
    // A secret has arrived and would be judged next. False: refuse it unseen.
    virtual bool may_judge() { return true; }
    // One was judged and does not fit. Said before the client is told, however it takes that.
    virtual void on_wrong_secret() {}
    // Who it is has been proved. The sentence that refuses him all the same, told to him and to the
    // log; empty: he may come in.
    virtual Task<std::string> refusal_of(const Authenticated& /*who*/) { co_return std::string{}; }
};

// Throws ProtocolError, AuthenticationError (the client was told already, with a reason under 3.8),
// EndOfStream. On success SecurityResult ok was sent and the next octet is ClientInit.
Task<Authenticated> security_handshake(Connection& connection, const SecuritySetup& setup,
                                       SecurityObserver& observer, WorkerPool& workers);

} // namespace gds
