// SPDX-License-Identifier: GPL-2.0-or-later
// What an administrator decides about TLS: the keys of org.gnome.desktop-sharing.tls as one value.
#pragma once

#include <string>

namespace gds {

enum class ClientCertificates {
    ignore, // never asked for
    request, // need not be shown; one that is shown must hold
    require,
};

struct TlsSettings {
    // PEM. Both empty: the self-signed certificate that is made at the first start.
    std::string certificate_file;
    std::string private_key_file;
    // PEM: who signs client certificates, and which of those were revoked.
    std::string ca_file;
    std::string crl_file;
    ClientCertificates client_certificates = ClientCertificates::ignore;
    // A GnuTLS priority string; empty: ours.
    std::string priority;
    // Certificate and key are another program's, which made them and may drop them: without them
    // the self-signed certificate will do.
    bool borrowed = false;

    bool operator==(const TlsSettings&) const = default;
};

// Empty: it can be used. Otherwise a sentence that says why not.
std::string trouble_with_tls_priority(const std::string& priority);

} // namespace gds
