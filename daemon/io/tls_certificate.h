// SPDX-License-Identifier: GPL-2.0-or-later
// The self-signed certificate that this machine shows when its owner has no other.
#pragma once

#include "base/secret_string.h"

#include <string>
#include <vector>

namespace gds {

// What a viewer may have typed to get here; a certificate names them all.
struct MachineNames {
    std::vector<std::string> hosts; // the first is the common name
    std::vector<std::string> addresses; // numeric
};
MachineNames machine_names();

// PEM, PKCS #8: a new ECDSA P-256 key.
SecretString make_private_key();

// PEM: a certificate for the key. Viewers that remember keys keep trusting a new one for the same
// key.
std::string make_certificate(const SecretString& private_key, const MachineNames& names);

} // namespace gds
