// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_anonymous.h"

#include "io/gnutls_handles.h"

namespace gds {

namespace {

using AnonymousHandle =
    GnutlsPtr<gnutls_anon_server_credentials_t, gnutls_anon_free_server_credentials>;

// TLS 1.3 has no such key exchange. ANON-DH comes first because AEAD ciphers exist only with it,
// and because gtk-vnc knows no other; the groups of RFC 7919 are what a client may ask for by name.
constexpr const char* k_anonymous_priority =
    "NONE:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+AES-256-CBC:+AES-128-CBC"
    ":+AEAD:+SHA256:+SHA1:+ANON-DH:+ANON-ECDH"
    ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-FFDHE2048:+GROUP-FFDHE3072"
    ":+SIGN-ALL:+COMP-NULL:%SERVER_PRECEDENCE";

class AnonymousCredentials final : public SessionCredentials {
public:
    AnonymousCredentials()
        : credentials_(make_gnutls<AnonymousHandle>(gnutls_anon_allocate_server_credentials,
                                                    "anonymous TLS credentials"))
    {
        gnutls_priority_t priority = nullptr;
        check_gnutls(gnutls_priority_init2(&priority, k_anonymous_priority, nullptr, 0),
                     "anonymous TLS priority");
        priority_.reset(priority);
        check_gnutls(
            gnutls_anon_set_server_known_dh_params(credentials_.get(), GNUTLS_SEC_PARAM_MEDIUM),
            "Diffie-Hellman parameters");
    }

    std::string fingerprint() const override { return {}; }
    std::string pin() const override { return {}; }
    void apply_to(gnutls_session_t session) const override
    {
        check_gnutls(gnutls_priority_set(session, priority_.get()), "TLS priority");
        check_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_ANON, credentials_.get()),
                     "TLS credentials");
    }

private:
    AnonymousHandle credentials_;
    PriorityHandle priority_;
};

} // namespace

TlsCredentialsPtr make_anonymous_tls_credentials()
{
    return std::make_shared<const AnonymousCredentials>();
}

} // namespace gds
