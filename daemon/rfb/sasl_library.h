// SPDX-License-Identifier: GPL-2.0-or-later
// Cyrus SASL of this process: initialised once, with our locks and our log, and without any file of
// the administrator (what a mechanism may ask is answered per connection, see sasl_exchange.h).
#pragma once

#include "rfb/sasl_policy.h"

#include <string>
#include <vector>

namespace gds {

// Loads the library's plug-ins at the first call, which takes some milliseconds: call it at
// start-up. Returns the mechanisms that they provide to a server, in no order; empty when the
// library is unusable. Any thread.
std::vector<std::string> installed_sasl_mechanisms();

// Those of `wanted` that are installed, in the order of `wanted`.
std::vector<std::string> usable_sasl_mechanisms(const std::vector<std::string>& wanted);

// Strength of the layer that an installed mechanism can bring, in bits; 0: none.
unsigned sasl_layer_strength(const std::string& mechanism);

// Those that may be used without TLS below: their layer is as strong as the policy asks. In its
// order.
std::vector<std::string> layered_sasl_mechanisms(const SaslPolicy& policy);

// Whether somebody without a password can log in.
bool takes_kerberos(const SaslPolicy& policy);
// Whether programs of our own user can, on a unix socket and inside TLS.
bool takes_own_user(const SaslPolicy& policy);
// Whether anybody can with one, inside TLS.
bool takes_passwords(const SaslPolicy& policy);

} // namespace gds
