// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 20 (SASL), on the bare connection, where the mechanism must bring a layer of its
// own for what follows, and as VeNCrypt's X509SASL runs it inside TLS: the wire of one SASL
// authentication. What the mechanisms mean is in sasl_exchange.h, the layer in sasl_stream.h.
#pragma once

#include "rfb/security_type.h"

namespace gds {

inline constexpr unsigned k_max_sasl_mechanism_name = 20;
inline constexpr unsigned k_max_sasl_data = 65536;
// Messages of the client in one authentication.
inline constexpr unsigned k_max_sasl_steps = 16;

// False when none of the mechanisms of the setup is installed.
bool sasl_can_be_had(const SecuritySetup& setup);

// The same without TLS below: there must be one with a layer of its own that is strong enough.
bool sasl_layer_can_be_had(const SecuritySetup& setup);

Task<Authenticated> run_sasl(const SecurityContext& context, Channel channel);

} // namespace gds
