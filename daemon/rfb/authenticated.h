// SPDX-License-Identifier: GPL-2.0-or-later
// The proof that a client has authenticated. Made by a security type and by nothing else; a Session
// can only be built from one.
#pragma once

#include <string>

namespace gds {

class Authenticated {
public:
    const std::string& user() const { return user_; }
    // The word of the `security-types` setting: "x509-sasl", "x509-plain".
    const std::string& security_type() const { return security_type_; }
    // SASL mechanism; empty where the type has none.
    const std::string& mechanism() const { return mechanism_; }
    // Strength of the channel in bits (of the TLS cipher, under TLS).
    unsigned ssf() const { return ssf_; }

private:
    friend class SecurityProof;
    Authenticated() = default;
    std::string user_;
    std::string security_type_;
    std::string mechanism_;
    unsigned ssf_ = 0;
};

// The one door through which proofs are made; used by rfb/security_*.cpp and by tests of the
// session.
class SecurityProof {
public:
    static Authenticated make(std::string user, std::string security_type, std::string mechanism,
                              unsigned ssf)
    {
        Authenticated proof;
        proof.user_ = std::move(user);
        proof.security_type_ = std::move(security_type);
        proof.mechanism_ = std::move(mechanism);
        proof.ssf_ = ssf;
        return proof;
    }
};

} // namespace gds
