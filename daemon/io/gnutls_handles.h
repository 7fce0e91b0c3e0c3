// SPDX-License-Identifier: GPL-2.0-or-later
// Owners of GnuTLS objects, and what TlsCredentials hides from everybody but the TLS layer.
// Included by io/tls_*.cpp only.
#pragma once

#include "base/bytes.h"
#include "base/secret_string.h"
#include "io/tls_credentials.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <string.h>

namespace gds {

// For calls that fail for want of memory or by a programming error.
inline void check_gnutls(int code, const char* what)
{
    if (code < 0) {
        throw std::runtime_error{std::string{what} + ": " + gnutls_strerror(code)};
    }
}

template <typename Handle, auto Free>
struct GnutlsDeleter {
    using pointer = Handle;
    void operator()(Handle handle) const noexcept { Free(handle); }
};
template <typename Handle, auto Free>
using GnutlsPtr = std::unique_ptr<std::remove_pointer_t<Handle>, GnutlsDeleter<Handle, Free>>;

using SessionHandle = GnutlsPtr<gnutls_session_t, gnutls_deinit>;
using CertificateHandle = GnutlsPtr<gnutls_x509_crt_t, gnutls_x509_crt_deinit>;
using PrivateKeyHandle = GnutlsPtr<gnutls_x509_privkey_t, gnutls_x509_privkey_deinit>;
using CredentialsHandle =
    GnutlsPtr<gnutls_certificate_credentials_t, gnutls_certificate_free_credentials>;
using PriorityHandle = GnutlsPtr<gnutls_priority_t, gnutls_priority_deinit>;

// `init` is the gnutls_*_init of the handle.
template <typename Ptr, typename Init>
Ptr make_gnutls(Init init, const char* what)
{
    typename Ptr::pointer handle = nullptr;
    check_gnutls(init(&handle), what);
    return Ptr{handle};
}

// Octets that GnuTLS allocated; wiped, since some are private keys.
class GnutlsDatum {
public:
    GnutlsDatum() = default;
    GnutlsDatum(const GnutlsDatum&) = delete;
    GnutlsDatum& operator=(const GnutlsDatum&) = delete;
    ~GnutlsDatum()
    {
        if (datum_.data != nullptr) {
            ::explicit_bzero(datum_.data, datum_.size);
            gnutls_free(datum_.data);
        }
    }
    gnutls_datum_t* out() { return &datum_; }
    ByteView bytes() const { return {datum_.data, datum_.size}; }

private:
    gnutls_datum_t datum_ = {};
};

// GnuTLS does not write through it.
inline gnutls_datum_t to_datum(ByteView bytes)
{
    return {const_cast<unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

// Certificate and key as they were read, so that a later load can go on with them.
struct TlsIdentity {
    std::string certificate_file;
    std::string key_file;
    SecretString certificate_pem; // with the authorities between
    SecretString key_pem;
};
struct TlsTrust;

// What a session is set up with, whatever it authenticates by.
class SessionCredentials : public TlsCredentials {
public:
    virtual void apply_to(gnutls_session_t session) const = 0;
    virtual ClientCertificates client_certificates() const { return ClientCertificates::ignore; }
    // Null: no client certificate can be checked.
    virtual const TlsTrust* trust() const { return nullptr; }
};

class GnutlsCredentials final : public SessionCredentials {
public:
    struct Parts {
        CredentialsHandle credentials;
        PriorityHandle priority;
        std::string wished_priority; // what `priority` is made of; empty: of ours
        std::string fingerprint;
        std::string pin;
        ClientCertificates client_certificates = ClientCertificates::ignore;
        std::string refusal;
        std::shared_ptr<const TlsIdentity> identity;
        std::shared_ptr<const TlsTrust> trust;
    };
    explicit GnutlsCredentials(Parts parts) : parts_(std::move(parts)) {}

    std::string fingerprint() const override { return parts_.fingerprint; }
    std::string pin() const override { return parts_.pin; }
    std::string refusal() const override { return parts_.refusal; }
    void apply_to(gnutls_session_t session) const override
    {
        check_gnutls(gnutls_priority_set(session, parts_.priority.get()), "TLS priority");
        check_gnutls(
            gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, parts_.credentials.get()),
            "TLS credentials");
    }
    ClientCertificates client_certificates() const override { return parts_.client_certificates; }
    const TlsTrust* trust() const override { return parts_.trust.get(); }
    // For the load that comes after this one.
    const Parts& parts() const { return parts_; }

private:
    Parts parts_;
};

} // namespace gds
