// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 129, RA2_256 (RSA-AES-256 of the community's specification): both sides show an RSA
// key, two random numbers make the keys of AES-256-EAX, and user name and password go through that,
// as does the session. For TigerVNC and RealVNC viewers where nobody hands out certificates.
#pragma once

#include "rfb/security_type.h"

namespace gds {

bool ra2_256_can_be_had(const SecuritySetup& setup);
Task<Authenticated> run_ra2_256(const SecurityContext& context, Channel channel);

// Its second half, inside the encryption: the sub-type, user name and password.
Task<Authenticated> run_ra2_login(const SecurityContext& context, Channel channel,
                                  ByteStream& records);

} // namespace gds
