// SPDX-License-Identifier: GPL-2.0-or-later
// The client's side of TLS over a ByteStream, by GnuTLS itself. Trusts whatever certificate it is
// shown, or, where its priority says so, wants none.
#pragma once

#include "base/errors.h"
#include "io/byte_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gnutls/gnutls.h>

namespace gds::test {

// Not ANON-DH, which costs ten times as much and has a test of its own.
inline constexpr const char* k_anonymous_tls = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH";

class TlsClient final : public ByteStream {
public:
    explicit TlsClient(ByteStream& lower, const char* priority = "NORMAL") : lower_(lower)
    {
        gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
        gnutls_certificate_allocate_credentials(&credentials_);
        gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
        gnutls_anon_allocate_client_credentials(&anonymous_);
        gnutls_credentials_set(session_, GNUTLS_CRD_ANON, anonymous_);
        gnutls_priority_set_direct(session_, priority, nullptr);
        gnutls_transport_set_ptr(session_, this);
        gnutls_transport_set_pull_function(session_, pull);
        gnutls_transport_set_push_function(session_, push);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() override
    {
        gnutls_deinit(session_);
        gnutls_certificate_free_credentials(credentials_);
        gnutls_anon_free_client_credentials(anonymous_);
    }

    Task<> handshake()
    {
        while (true) {
            const int result = gnutls_handshake(session_);
            co_await send_outbox();
            if (result == GNUTLS_E_SUCCESS) {
                co_return;
            }
            if (result != GNUTLS_E_AGAIN) {
                throw std::runtime_error{std::string{"TLS: "} + gnutls_strerror(result)};
            }
            co_await fill_inbox();
        }
    }
    Task<std::size_t> read_some(std::span<std::uint8_t> into) override
    {
        while (true) {
            const ssize_t result = gnutls_record_recv(session_, into.data(), into.size());
            if (result >= 0) {
                co_return static_cast<std::size_t>(result);
            }
            if (result != GNUTLS_E_AGAIN) {
                throw std::runtime_error{gnutls_strerror(static_cast<int>(result))};
            }
            co_await fill_inbox();
        }
    }
    Task<> write(ByteView from) override
    {
        gnutls_record_send(session_, from.data(), from.size());
        co_await send_outbox();
    }

    // Of the session that the handshake made.
    bool is_anonymous() const
    {
        const auto exchange = gnutls_kx_get(session_);
        return exchange == GNUTLS_KX_ANON_DH || exchange == GNUTLS_KX_ANON_ECDH;
    }
    Bytes channel_binding(gnutls_channel_binding_t type) const
    {
        gnutls_datum_t data{};
        if (gnutls_session_channel_binding(session_, type, &data) != GNUTLS_E_SUCCESS) {
            throw std::runtime_error{"no channel binding"};
        }
        Bytes octets(data.data, data.data + data.size);
        gnutls_free(data.data);
        return octets;
    }

private:
    static ssize_t pull(gnutls_transport_ptr_t context, void* into, std::size_t size)
    {
        auto& self = *static_cast<TlsClient*>(context);
        if (self.inbox_.empty()) {
            gnutls_transport_set_errno(self.session_, EAGAIN);
            return self.ended_ ? 0 : -1;
        }
        const std::size_t count = std::min(size, self.inbox_.size());
        const auto end = self.inbox_.begin() + static_cast<std::ptrdiff_t>(count);
        std::copy(self.inbox_.begin(), end, static_cast<std::uint8_t*>(into));
        self.inbox_.erase(self.inbox_.begin(), end);
        return static_cast<ssize_t>(count);
    }
    static ssize_t push(gnutls_transport_ptr_t context, const void* from, std::size_t size)
    {
        auto& self = *static_cast<TlsClient*>(context);
        const auto* const octets = static_cast<const std::uint8_t*>(from);
        self.outbox_.insert(self.outbox_.end(), octets, octets + size);
        return static_cast<ssize_t>(size);
    }
    Task<> fill_inbox()
    {
        std::array<std::uint8_t, 4096> piece{};
        const std::size_t count = co_await lower_.read_some(piece);
        ended_ = count == 0;
        inbox_.insert(inbox_.end(), piece.begin(),
                      piece.begin() + static_cast<std::ptrdiff_t>(count));
    }
    Task<> send_outbox()
    {
        const Bytes octets = std::exchange(outbox_, {});
        co_await lower_.write(octets);
    }

    ByteStream& lower_;
    gnutls_session_t session_ = nullptr;
    gnutls_certificate_credentials_t credentials_ = nullptr;
    gnutls_anon_client_credentials_t anonymous_ = nullptr;
    Bytes inbox_;
    Bytes outbox_;
    bool ended_ = false;
};

} // namespace gds::test
