// SPDX-License-Identifier: GPL-2.0-or-later
// Counted octets of the handshake that may be a secret.
#pragma once

#include "base/secret_string.h"
#include "base/task.h"
#include "io/byte_stream.h"

#include <cstdint>

namespace gds {

// Exactly `size` octets, which the caller has compared with its limit. Storage grows with what
// arrives, not with what was announced, and outgrown storage is wiped. Throws EndOfStream.
Task<SecretString> read_secret(ByteStream& stream, std::uint32_t size);

} // namespace gds
