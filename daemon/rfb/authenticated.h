// SPDX-License-Identifier: GPL-2.0-or-later
// The proof that a client has authenticated. Made by a security type and by nothing else; a Session
// can only be built from one.
#pragma once

#include "rfb/identity.h"
#include "rfb/security_word.h"

#include <optional>
#include <string>
#include <utility>

namespace gds {

class Authenticated {
public:
    const Identity& identity() const { return identity_; }
    const std::string& user() const { return identity_.name; }
    SecurityWord security_word() const { return word_; }
    std::string security_type() const { return to_text(word_); }
    // SASL mechanism; empty where the type has none.
    const std::string& mechanism() const { return mechanism_; }
    // Strength of the channel in bits (of the TLS cipher, under TLS).
    unsigned ssf() const { return ssf_; }

private:
    friend class SecurityProof;
    Authenticated() = default;
    Identity identity_;
    SecurityWord word_ = SecurityWord::x509_sasl;
    std::string mechanism_;
    unsigned ssf_ = 0;
};

// The one door through which proofs are made; used by rfb/security_*.cpp and by tests of the
// session.
class SecurityProof {
public:
    static Authenticated make(Identity identity, SecurityWord word, std::string mechanism,
                              unsigned ssf)
    {
        Authenticated proof;
        proof.identity_ = std::move(identity);
        proof.word_ = word;
        proof.mechanism_ = std::move(mechanism);
        proof.ssf_ = ssf;
        return proof;
    }
    // The same, inside TLS that has verified a certificate of the client's.
    static Authenticated with_certificate(Authenticated proof,
                                          std::optional<ClientCertificate> certificate)
    {
        proof.identity_.certificate = std::move(certificate);
        return proof;
    }
};

} // namespace gds
