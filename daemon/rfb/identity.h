// SPDX-License-Identifier: GPL-2.0-or-later
// Who a client has shown to be. A name alone says nothing: the password user `alice` and the
// Kerberos principal `alice@EXAMPLE.ORG` are two people until a rule says otherwise.
#pragma once

#include <optional>
#include <string>

namespace gds {

enum class IdentityKind {
    password, // a user of our own, or of the password source
    kerberos, // a principal, always with its realm
    own_user, // a program of the session's own account, by its name
    vnc_password, // whoever knows the one password; no name
    anonymous, // nobody was asked
};

// What TLS has verified of the client, beside what it logged in as.
struct ClientCertificate {
    std::string subject; // RFC 4514
    std::string sha256; // of the DER, 64 lower-case hex digits

    bool operator==(const ClientCertificate&) const = default;
};

struct Identity {
    IdentityKind kind = IdentityKind::anonymous;
    std::string name; // empty where the kind has none
    std::optional<ClientCertificate> certificate;
    // Kerberos: the local account that the principal stands for; empty: none, as for those of
    // foreign realms. Our own user: his.
    std::string local_name;

    bool operator==(const Identity&) const = default;
};

// The account whose groups he is in; empty: none.
inline const std::string& local_account_of(const Identity& identity)
{
    return identity.kind == IdentityKind::password ? identity.name : identity.local_name;
}

} // namespace gds
