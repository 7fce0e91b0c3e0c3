// SPDX-License-Identifier: GPL-2.0-or-later
// One side of a GSS-API context, the one that begins it, with the Kerberos ticket of the session:
// mutual authentication always, delegation never. Whoever has it uses it from one thread at a time.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace gds {

struct GssError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class GssInitiator {
public:
    // With SERVICE@HOST. Throws GssError, as everything here does.
    GssInitiator(const std::string& service, const std::string& host);
    ~GssInitiator();
    GssInitiator(const GssInitiator&) = delete;
    GssInitiator& operator=(const GssInitiator&) = delete;

    struct Step {
        Bytes token; // may be empty
        bool complete = false;
    };
    // May wait for a key distribution center: call it apart (WorkerPool::run_apart). The first has
    // no token to answer.
    Step step(ByteView token);

    // Of a complete context.
    bool can_encrypt() const;
    Bytes wrap(ByteView clear, bool encrypt);
    struct Unwrapped {
        Bytes clear;
        bool encrypted = false;
    };
    // Not what was repeated, left out or put elsewhere.
    Unwrapped unwrap(ByteView token);
    // Clear octets of which the token has at most `size`.
    std::size_t most_for(std::size_t size, bool encrypt) const;

    // Whether there is a ticket to begin with. May wait for a file system.
    static bool has_credentials();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace gds
