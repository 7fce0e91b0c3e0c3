// SPDX-License-Identifier: GPL-2.0-or-later
// ProtocolVersion (RFC 6143, 7.1.1), and how the versions differ in the handshake that follows.
#pragma once

#include "base/bytes.h"
#include "base/task.h"
#include "io/byte_stream.h"

#include <optional>
#include <string_view>

namespace gds {

enum class RfbVersion { v3_3, v3_7, v3_8 };

// The twelve octets `RFB xxx.yyy\n`, each x and y a digit. Versions that were never published
// become the published one whose handshake they speak; empty: not a version at all.
std::optional<RfbVersion> parse_version(ByteView message);

// Sends ours, reads the client's. Throws ProtocolError when it is none.
Task<RfbVersion> exchange_version(ByteStream& stream);

// "There is no security type for you": an empty list in 3.7 and 3.8, type 0 in 3.3, then the
// reason.
Bytes no_security_type(RfbVersion version, std::string_view reason);
Bytes security_result_ok();
// The reason goes along in 3.8 only (7.1.3).
Bytes security_result_failed(RfbVersion version, std::string_view reason);

} // namespace gds
