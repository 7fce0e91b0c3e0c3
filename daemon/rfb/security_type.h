// SPDX-License-Identifier: GPL-2.0-or-later
// What every security type is given and what it looks like. A new type is one file with one
// coroutine and one line: in the table of security_handshake.cpp, or for a VeNCrypt sub-type of
// security_vencrypt.cpp.
//
// A security type starts behind the acknowledged choice and returns before SecurityResult, which
// the handshake sends. It refuses by throwing RefusedLogin or RefusedChoice (rfb/refusal.h).
#pragma once

#include "base/task.h"
#include "base/worker_pool.h"
#include "io/tls_stream.h"
#include "rfb/authenticated.h"
#include "rfb/connection.h"
#include "rfb/security_handshake.h"

#include <optional>

namespace gds {

// Lives in the handshake's frame and outlives every security type that it runs.
struct SecurityContext {
    Connection& connection;
    const SecuritySetup& setup;
    SecurityObserver& observer;
    WorkerPool& workers;
};

// What a layer below gives to a security type that runs inside it.
struct Channel {
    SecurityWord word = SecurityWord::x509_sasl;
    // Strength of its encryption in bits; 0: clear.
    unsigned strength = 0;
    std::optional<ChannelBinding> binding;
};

using RunSecurityType = Task<Authenticated> (*)(const SecurityContext& context);
using RunInnerType = Task<Authenticated> (*)(const SecurityContext& context, Channel channel);

} // namespace gds
