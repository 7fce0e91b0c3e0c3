// SPDX-License-Identifier: GPL-2.0-or-later
// Owners of GnuTLS objects, and what TlsCredentials hides from everybody but the TLS layer.
// Included by io/tls_*.cpp only.
#pragma once

#include "base/bytes.h"
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

// What a session is set up with, whatever it authenticates by.
class SessionCredentials : public TlsCredentials {
public:
    virtual void apply_to(gnutls_session_t session) const = 0;
};

class GnutlsCredentials final : public SessionCredentials {
public:
    GnutlsCredentials(CredentialsHandle credentials, PriorityHandle priority,
                      std::string fingerprint, std::string pin)
        : credentials_(std::move(credentials)), priority_(std::move(priority)),
          fingerprint_(std::move(fingerprint)), pin_(std::move(pin))
    {}

    std::string fingerprint() const override { return fingerprint_; }
    std::string pin() const override { return pin_; }
    void apply_to(gnutls_session_t session) const override
    {
        check_gnutls(gnutls_priority_set(session, priority_.get()), "TLS priority");
        check_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_.get()),
                     "TLS credentials");
    }

private:
    CredentialsHandle credentials_;
    PriorityHandle priority_;
    std::string fingerprint_;
    std::string pin_;
};

} // namespace gds
