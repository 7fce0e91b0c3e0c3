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

    bool operator==(const Identity&) const = default;
};

} // namespace gds
