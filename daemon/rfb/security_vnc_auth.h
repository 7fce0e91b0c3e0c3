// SPDX-License-Identifier: GPL-2.0-or-later
// VNC Authentication (RFC 6143, 7.2.2): type 2, and VeNCrypt's X509Vnc and TLSVnc inside TLS. One
// password without a user name, of at most eight octets, kept apart from everything else. Offered
// only when listed by name.
#pragma once

#include "base/secret_string.h"
#include "rfb/security_type.h"

#include <cstddef>

namespace gds {

inline constexpr std::size_t k_vnc_challenge = 16;
inline constexpr std::size_t k_max_vnc_password = 8;

// What a client that knows the password answers: the challenge, DES-encrypted with it. Throws
// std::invalid_argument for an empty password and for one that is too long.
SecretString vnc_response(ByteView challenge, ByteView password);

// False without a VNC password.
bool vnc_auth_can_be_had(const SecuritySetup& setup);
Task<Authenticated> run_vnc_auth(const SecurityContext& context, Channel channel);

} // namespace gds
