// SPDX-License-Identifier: GPL-2.0-or-later
// A GnuTLS client over a MemoryStream, driven by hand: each call does what can be done with what
// has arrived.
#pragma once

#include "base/bytes.h"
#include "fakes/certificate_authority.h"
#include "fakes/stream_pair.h"

#include <string>

#include <gnutls/gnutls.h>

namespace gds::test {

class TlsClient {
public:
    explicit TlsClient(MemoryStream& stream, const char* priority = "NORMAL") : stream_(stream)
    {
        gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
        gnutls_certificate_allocate_credentials(&credentials_);
        gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
        gnutls_priority_set_direct(session_, priority, nullptr);
        gnutls_transport_set_ptr(session_, this);
        gnutls_transport_set_push_function(session_, push);
        gnutls_transport_set_pull_function(session_, pull);
        gnutls_transport_set_pull_timeout_function(session_, [](void* self, unsigned) {
            return static_cast<TlsClient*>(self)->stream_.arrived().empty() ? 0 : 1;
        });
    }
    ~TlsClient()
    {
        gnutls_deinit(session_);
        gnutls_certificate_free_credentials(credentials_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    // Shows this certificate to whoever asks, whatever authorities he names.
    void show(const IssuedCertificate& mine)
    {
        shown_ = mine;
        gnutls_session_set_ptr(session_, this);
        gnutls_certificate_set_retrieve_function(credentials_, retrieve);
    }

    int handshake() { return gnutls_handshake(session_); }
    void send(std::string_view text)
    {
        while (!text.empty()) {
            const auto put = gnutls_record_send(session_, text.data(), text.size());
            if (put < 0) {
                throw std::runtime_error{gnutls_strerror(static_cast<int>(put))};
            }
            text.remove_prefix(static_cast<std::size_t>(put));
        }
    }
    // Everything that can be had now; the last answer of GnuTLS is in last_code().
    std::string receive()
    {
        std::string all;
        std::string piece(std::size_t{1} << 14U, '\0');
        while (true) {
            last_code_ = static_cast<int>(gnutls_record_recv(session_, piece.data(), piece.size()));
            if (last_code_ == GNUTLS_E_AGAIN && !stream_.arrived().empty()) {
                continue; // it dealt with a message of its own
            }
            if (last_code_ <= 0) {
                return all;
            }
            all.append(piece, 0, static_cast<std::size_t>(last_code_));
        }
    }
    int last_code() const { return last_code_; }
    gnutls_session_t session() { return session_; }

private:
    static int retrieve(gnutls_session_t session, const gnutls_datum_t*, int,
                        const gnutls_pk_algorithm_t*, int, gnutls_retr2_st* answer)
    {
        const auto& mine = static_cast<TlsClient*>(gnutls_session_get_ptr(session))->shown_;
        auto* list = static_cast<gnutls_x509_crt_t*>(gnutls_malloc(sizeof(gnutls_x509_crt_t)));
        gnutls_x509_crt_init(list);
        const auto certificate = CertificateAuthority::datum(mine.certificate_pem);
        gnutls_x509_crt_import(*list, &certificate, GNUTLS_X509_FMT_PEM);
        gnutls_x509_privkey_init(&answer->key.x509);
        const auto key = CertificateAuthority::datum(mine.key_pem);
        gnutls_x509_privkey_import(answer->key.x509, &key, GNUTLS_X509_FMT_PEM);
        answer->cert_type = GNUTLS_CRT_X509;
        answer->key_type = GNUTLS_PRIVKEY_X509;
        answer->cert.x509 = list;
        answer->ncerts = 1;
        answer->deinit_all = 1;
        return 0;
    }
    static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t size)
    {
        static_cast<TlsClient*>(self)->stream_.send(
            ByteView{static_cast<const std::uint8_t*>(from), size});
        return static_cast<ssize_t>(size);
    }
    static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size)
    {
        auto& client = *static_cast<TlsClient*>(self);
        if (client.stream_.arrived().empty()) {
            gnutls_transport_set_errno(client.session_, EAGAIN);
            return -1;
        }
        auto read = client.stream_.read_some({static_cast<std::uint8_t*>(into), size});
        read.start();
        return static_cast<ssize_t>(read.result());
    }

    MemoryStream& stream_;
    gnutls_session_t session_ = nullptr;
    gnutls_certificate_credentials_t credentials_ = nullptr;
    int last_code_ = 0;
    IssuedCertificate shown_;
};

} // namespace gds::test
