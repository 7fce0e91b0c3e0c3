// SPDX-License-Identifier: GPL-2.0-or-later
// TLS 1.2/1.3 server side over any ByteStream. GnuTLS sees memory only: its pull takes from an
// inbox, its push appends to an outbox, and the layer moves those through the stream below.
#pragma once

#include "io/byte_stream.h"
#include "io/tls_credentials.h"

#include <memory>
#include <optional>
#include <string>

namespace gds {

// Whose certificate was verified in the handshake.
struct TlsPeer {
    std::string subject; // RFC 4514
    std::string sha256; // of the DER, 64 lower-case hex digits
};

// What tells this session from any other, for authentication inside it (RFC 5929, RFC 9266).
struct ChannelBinding {
    std::string type; // "tls-exporter", "tls-server-end-point"
    Bytes data;
};

class TlsStream : public ByteStream {
public:
    // Runs the handshake. `lower` must outlive the stream. Throws ProtocolError, EndOfStream.
    static Task<std::unique_ptr<TlsStream>> handshake(ByteStream& lower,
                                                      TlsCredentialsPtr credentials);

    // Strength of the cipher in bits: 128, 256.
    virtual unsigned strength() const = 0;
    // "TLS1.3 ECDHE-... AES-128-GCM", for the log.
    virtual std::string description() const = 0;
    // Empty where the client has shown no certificate.
    virtual const std::optional<TlsPeer>& peer() const = 0;
    // Would it hold with these credentials, too? True where none was shown, or none is asked for.
    virtual bool peer_holds(const TlsCredentials& credentials) const = 0;
    // Nothing where there is none: without a certificate before TLS 1.3.
    virtual std::optional<ChannelBinding> channel_binding() const = 0;
    // Says close_notify; the caller sets a deadline.
    virtual Task<> bye() = 0;
};

} // namespace gds
