// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 20 (SASL) as VeNCrypt's X509SASL runs it inside TLS: the wire of one SASL
// authentication. What the mechanisms mean is in sasl_exchange.h.
#pragma once

#include "rfb/security_type.h"

namespace gds {

inline constexpr unsigned k_max_sasl_mechanism_name = 20;
inline constexpr unsigned k_max_sasl_data = 65536;
// Messages of the client in one authentication.
inline constexpr unsigned k_max_sasl_steps = 16;

// False when none of the mechanisms of the setup is installed.
bool sasl_can_be_had(const SecuritySetup& setup);

Task<Authenticated> run_sasl(const SecurityContext& context, Channel channel);

} // namespace gds
