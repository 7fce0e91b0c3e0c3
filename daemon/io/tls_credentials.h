// SPDX-License-Identifier: GPL-2.0-or-later
// Certificate, private key and priority string of our side of TLS, read once and shared by all
// connections. Immutable. No GnuTLS type shows here.
#pragma once

#include "io/tls_settings.h"

#include <memory>
#include <string>
#include <vector>

namespace gds {

class TlsCredentials;
using TlsCredentialsPtr = std::shared_ptr<const TlsCredentials>;

class TlsCredentials {
public:
    virtual ~TlsCredentials() = default;
    // SHA-256 over the certificate (DER), "AA:BB:...".
    virtual std::string fingerprint() const = 0;
    // base64 of SHA-256 over the SubjectPublicKeyInfo, as TigerVNC shows it.
    virtual std::string pin() const = 0;
    // Not empty: nobody can be let in with these, and a sentence for his viewer that says why.
    virtual std::string refusal() const { return {}; }
};

struct TlsLoaded {
    TlsCredentialsPtr credentials; // null: nothing that could be shown to a viewer
    // Sentences about what cannot be used, or not for long.
    std::vector<std::string> complaints;
    // Another load may find more, without a change of the settings.
    bool worth_a_retry = false;
};

// What cannot be used is named, and makes nothing more open. What `before` (may be null) had read
// of it stays in use: its certificate, and its authorities where the settings name the same files.
// `own_directory` is where the self-made certificate lies. Blocks on files: for start-up and
// workers.
TlsLoaded load_tls(const TlsSettings& settings, const std::string& own_directory,
                   const TlsCredentialsPtr& before);

// Reads PEM files. Throws std::runtime_error with a sentence that names the file and what to do.
TlsCredentialsPtr load_tls_credentials(const std::string& certificate_file,
                                       const std::string& key_file);

// The certificate in `directory` (cert.pem, key.pem), made there at the first call: ECDSA P-256,
// self-signed, SAN = host names and addresses of this machine. `directory` is created 0700, the key
// 0600. Blocks for milliseconds: call it at start-up.
TlsCredentialsPtr load_or_make_tls_credentials(const std::string& directory);

} // namespace gds
