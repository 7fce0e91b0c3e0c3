// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 19, VeNCrypt 0.2: agrees on a sub-type, puts TLS under the rest and runs the type
// inside it. A sub-type has the certificate or is anonymous, and never the other; nothing is in
// clear.
#pragma once

#include "rfb/security_type.h"

#include <cstdint>
#include <vector>

namespace gds {

// The sub-types that the setup allows, in its order; without TLS credentials none that needs them.
std::vector<std::uint32_t> vencrypt_offer(const SecuritySetup& setup);

// From the server's VeNCrypt version to the acknowledged sub-type; the next octet is ClientHello.
Task<std::uint32_t> agree_on_vencrypt_subtype(ByteStream& stream, std::vector<std::uint32_t> offer);

Task<Authenticated> run_vencrypt(const SecurityContext& context);

} // namespace gds
