// SPDX-License-Identifier: GPL-2.0-or-later
// A two-way stream of octets; layers (socket, TLS, SASL) are streams over streams. One reader task
// and one writer task at a time. Who owns a stream ends it by dropping it.
#pragma once

#include "base/bytes.h"
#include "base/task.h"
#include "io/line_state.h"

#include <cstddef>
#include <span>

namespace gds {

class ByteStream {
public:
    virtual ~ByteStream() = default;

    // Waits for at least one octet and returns how many were put into `into` (not empty); 0:
    // orderly end. Throws EndOfStream on reset, std::system_error otherwise. `into` stays valid
    // until it returns.
    virtual Task<std::size_t> read_some(std::span<std::uint8_t> into) = 0;

    // Returns when all of `from` was taken by the layer below. `from` stays valid until then.
    virtual Task<> write(ByteView from) = 0;

    // Of the socket at the bottom of a stack; nothing from the layers over it.
    virtual std::optional<LineState> line_state() const { return std::nullopt; }
};

} // namespace gds
