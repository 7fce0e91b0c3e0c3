// SPDX-License-Identifier: GPL-2.0-or-later
// The server's side of one SASL authentication, without the wire: one Cyrus connection object.
// Everything here may block or compute, so all of it runs on a worker, never two calls at once;
// only what seals and opens records of an agreed layer is for the main thread.
#pragma once

#include "base/bytes.h"
#include "io/tls_stream.h"
#include "rfb/credentials.h"
#include "rfb/identity.h"
#include "rfb/sasl_policy.h"
#include "rfb/sasl_stream.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gds {

struct SaslSettings {
    CredentialsPtr credentials;
    SaslPolicy policy;
    // Strength of the TLS layer below, in bits; 0: there is none, and only mechanisms with a layer
    // of their own will do.
    unsigned external_ssf = 0;
    // Of that layer: a client that knows it, too, can make sure that nobody is in between. It is
    // offered (as mechanisms whose name ends in -PLUS) and never asked for.
    std::optional<ChannelBinding> binding;
    // So the kernel says; only then EXTERNAL means something.
    bool peer_is_own_user = false;
};

// No data and empty data are two things to a mechanism.
using SaslData = std::optional<std::string_view>;

struct SaslReply {
    enum class Verdict { next, accepted, refused };
    Verdict verdict = Verdict::refused;
    // For the client; nothing after a refusal.
    std::optional<Bytes> data;
    // Accepted: who has authenticated as himself.
    Identity who;
    // Accepted: strength of the layer that was agreed on, in bits; 0: none.
    unsigned layer_ssf = 0;
    // Refused: whether the mechanism's words were understood and the secret did not fit.
    bool secret_was_wrong = false;
    // Refused: whoever knows the passwords could not be asked; nothing was judged.
    bool nobody_judged = false;
    // Refused: why, for the log.
    std::string why;
};

class SaslExchange final : public SaslLayer {
public:
    // Throws std::runtime_error when the library refuses.
    explicit SaslExchange(SaslSettings settings);
    ~SaslExchange() override;
    SaslExchange(const SaslExchange&) = delete;
    SaslExchange& operator=(const SaslExchange&) = delete;

    // Those of the settings that the library can offer on this channel, in the order of the
    // settings.
    const std::vector<std::string>& mechanisms() const;

    // `mechanism` is one of mechanisms(). No call after one that did not answer `next`.
    SaslReply start(const std::string& mechanism, SaslData data);
    SaslReply step(SaslData data);

    // SaslLayer, after a reply with a layer_ssf.
    std::size_t most_per_record() const override;
    ByteView seal(ByteView clear) override;
    ByteView open(ByteView record) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace gds
