// SPDX-License-Identifier: GPL-2.0-or-later
// SaslPolicy: what the administrator or the user decided about SASL, a part of Policy and of each
// handshake's setup.
#pragma once

#include <string>
#include <vector>

namespace gds {

// The weakest layer that counts as one: nothing below it is ever agreed on without TLS.
inline constexpr unsigned k_least_ssf = 112;

inline constexpr const char* k_kerberos_mechanism = "GSSAPI";

struct SaslPolicy {
    // In the order of the list on the wire; those that need what is not there are left out already.
    std::vector<std::string> mechanisms{"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
    // Of Kerberos principals; empty: any realm that our keys know.
    std::string realm;
    // The server's name as clients know it; empty: any that the keytab has.
    std::string hostname;
    // A file with the keys of vnc/HOST; empty: no Kerberos.
    std::string keytab;
    // Strength of the mechanism's own layer where there is no TLS, in bits.
    unsigned minimum_ssf = 128;

    bool operator==(const SaslPolicy&) const = default;
};

} // namespace gds
