// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_stream.h"

#include "base/errors.h"
#include "base/wakeup.h"
#include "io/gnutls_handles.h"
#include "io/tls_peer.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>

namespace gds {

namespace {

// Enough for any ClientHello; a peer that has not logged in costs little.
constexpr std::size_t k_handshake_inbox = std::size_t{4} * 1024;
constexpr std::size_t k_handshake_message_max = std::size_t{32} * 1024;
// A full record with its header and expansion (RFC 5246, 6.2.3).
constexpr std::size_t k_inbox = std::size_t{16} * 1024 + 2048 + 5;
// Clear octets that are encrypted before the layer below is called once.
constexpr std::size_t k_write_piece = std::size_t{256} * 1024;
constexpr unsigned k_warnings_max = 16;
constexpr unsigned k_idle_asks_max = 16;

std::string describe(const char* where, int code)
{
    return std::string{where} + ": " + gnutls_strerror(code);
}

class GnutlsStream final : public TlsStream {
public:
    GnutlsStream(ByteStream& lower, TlsCredentialsPtr credentials);
    GnutlsStream(const GnutlsStream&) = delete;
    GnutlsStream& operator=(const GnutlsStream&) = delete;

    Task<> run_handshake();
    Task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    Task<> write(ByteView from) override;
    Task<> bye() override;
    unsigned strength() const override;
    std::string description() const override;
    const std::optional<TlsPeer>& peer() const override { return peer_; }
    bool peer_holds(const TlsCredentials& credentials) const override
    {
        return !peer_ || still_holds(session_.get(), credentials);
    }
    std::optional<ChannelBinding> channel_binding() const override;

private:
    static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size);
    static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t size);
    static int pull_timeout(gnutls_transport_ptr_t self, unsigned milliseconds);
    static int verify(gnutls_session_t session);

    void ask_for_certificate(ClientCertificates wanted);
    static int before_certificate_verify(gnutls_session_t session, unsigned message, unsigned when,
                                         unsigned incoming, const gnutls_datum_t* octets);
    void send_alert(int code);

    void count_warning();
    Task<> fill_inbox();
    Task<> flush_outbox();
    Task<> wait_for_flusher();

    ByteStream& lower_;
    TlsCredentialsPtr credentials_;
    SessionHandle session_;

    // Octets from the layer below, read after this layer was made; GnuTLS takes from here only.
    Bytes inbox_;
    std::size_t inbox_begin_ = 0;
    std::size_t inbox_end_ = 0;
    std::size_t inbox_asked_ = 0; // how far it was when GnuTLS last asked for more
    unsigned idle_asks_ = 0; // how often since it took anything
    bool lower_ended_ = false;
    // What GnuTLS wants to send, whoever called it.
    Bytes outbox_;
    bool flushing_ = false;
    // A flush was dropped half-way: the peer holds a part of a record.
    bool torn_ = false;
    Wakeup flushed_;
    unsigned warnings_ = 0;
    PeerVerdict verdict_;
    std::optional<TlsPeer> peer_;
};

GnutlsStream::GnutlsStream(ByteStream& lower, TlsCredentialsPtr credentials)
    : lower_(lower), credentials_(std::move(credentials)), inbox_(k_handshake_inbox)
{
    gnutls_session_t session = nullptr;
    // No tickets: a viewer that comes back logs in again anyway.
    check_gnutls(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
                                           GNUTLS_NO_TICKETS),
                 "TLS session");
    session_.reset(session);
    const auto& ours = static_cast<const SessionCredentials&>(*credentials_);
    ours.apply_to(session);
    gnutls_handshake_set_max_packet_length(session, k_handshake_message_max);
    // The caller's deadline counts.
    gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_pull_timeout_function(session, pull_timeout);
    gnutls_transport_set_push_function(session, push);
    ask_for_certificate(ours.client_certificates());
}

void GnutlsStream::ask_for_certificate(ClientCertificates wanted)
{
    if (wanted == ClientCertificates::ignore) {
        return; // some viewers would ask their user for one
    }
    gnutls_certificate_server_set_request(session_.get(), wanted == ClientCertificates::require
                                                              ? GNUTLS_CERT_REQUIRE
                                                              : GNUTLS_CERT_REQUEST);
    gnutls_session_set_verify_function(session_.get(), verify);
    gnutls_handshake_set_hook_function(session_.get(), GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY,
                                       GNUTLS_HOOK_PRE, before_certificate_verify);
}

// Before a signature is checked by a key that nobody has looked at.
int GnutlsStream::before_certificate_verify(gnutls_session_t session, unsigned /*message*/,
                                            unsigned /*when*/, unsigned /*incoming*/,
                                            const gnutls_datum_t* /*octets*/)
{
    auto& stream = *static_cast<GnutlsStream*>(gnutls_transport_get_ptr(session));
    try {
        if (peer_key_is_cheap(session)) {
            return 0;
        }
        stream.verdict_ = {GNUTLS_A_UNSUPPORTED_CERTIFICATE,
                           "the client certificate has a key that takes too long"};
    } catch (const std::exception& error) {
        stream.verdict_ = {GNUTLS_A_BAD_CERTIFICATE, error.what()};
    }
    return GNUTLS_E_CERTIFICATE_ERROR;
}

// Within the handshake: whoever is refused gets an alert, where a close would let him believe that
// the handshake went well.
int GnutlsStream::verify(gnutls_session_t session)
{
    auto& stream = *static_cast<GnutlsStream*>(gnutls_transport_get_ptr(session));
    try {
        const auto& ours = static_cast<const SessionCredentials&>(*stream.credentials_);
        stream.verdict_ = judge_peer(session, ours.trust());
    } catch (const std::exception& error) {
        stream.verdict_ = {GNUTLS_A_BAD_CERTIFICATE, error.what()};
    }
    return stream.verdict_.refused.empty() ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

// Tells the peer why; a failure to do so changes nothing.
void GnutlsStream::send_alert(int code)
{
    if (verdict_.refused.empty()) {
        gnutls_alert_send_appropriate(session_.get(), code);
    } else {
        gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, verdict_.alert);
    }
}

ssize_t GnutlsStream::pull(gnutls_transport_ptr_t self, void* into, std::size_t size)
{
    auto& stream = *static_cast<GnutlsStream*>(self);
    const std::size_t there = stream.inbox_end_ - stream.inbox_begin_;
    if (there == 0) {
        if (stream.lower_ended_) {
            return 0;
        }
        gnutls_transport_set_errno(stream.session_.get(), EAGAIN);
        return -1;
    }
    const std::size_t taken = std::min(size, there);
    std::copy_n(stream.inbox_.data() + stream.inbox_begin_, taken,
                static_cast<std::uint8_t*>(into));
    stream.inbox_begin_ += taken;
    return static_cast<ssize_t>(taken);
}

ssize_t GnutlsStream::push(gnutls_transport_ptr_t self, const void* from, std::size_t size)
{
    auto& stream = *static_cast<GnutlsStream*>(self);
    const auto* const first = static_cast<const std::uint8_t*>(from);
    try {
        stream.outbox_.insert(stream.outbox_.end(), first, first + size);
    } catch (const std::bad_alloc&) {
        gnutls_transport_set_errno(stream.session_.get(), ENOMEM);
        return -1;
    }
    return static_cast<ssize_t>(size);
}

int GnutlsStream::pull_timeout(gnutls_transport_ptr_t self, unsigned)
{
    const auto& stream = *static_cast<GnutlsStream*>(self);
    return stream.inbox_begin_ < stream.inbox_end_ || stream.lower_ended_ ? 1 : 0;
}

// After GNUTLS_E_AGAIN. GnuTLS also says that when it has dealt with a message of its own (a key
// update) and more is waiting: nothing is read then.
Task<> GnutlsStream::fill_inbox()
{
    if (inbox_begin_ < inbox_end_) {
        idle_asks_ = inbox_begin_ == inbox_asked_ ? idle_asks_ + 1 : 0;
        inbox_asked_ = inbox_begin_;
        if (idle_asks_ > k_idle_asks_max) {
            throw ProtocolError{"TLS makes no progress"};
        }
        co_return;
    }
    inbox_begin_ = 0;
    inbox_end_ = 0;
    inbox_end_ = co_await lower_.read_some(inbox_);
    lower_ended_ = inbox_end_ == 0;
}

Task<> GnutlsStream::wait_for_flusher()
{
    while (flushing_) {
        co_await flushed_.wait();
    }
    if (torn_) {
        throw EndOfStream{};
    }
}

// One at a time; what is appended meanwhile rides along.
Task<> GnutlsStream::flush_outbox()
{
    struct Flushing {
        GnutlsStream& stream;
        explicit Flushing(GnutlsStream& owner) : stream(owner) { stream.flushing_ = true; }
        ~Flushing()
        {
            stream.flushing_ = false;
            stream.flushed_.set();
        }
    };
    const Flushing flushing{*this};
    while (!outbox_.empty()) {
        Bytes going = std::exchange(outbox_, {});
        torn_ = true;
        co_await lower_.write(going);
        torn_ = false;
        if (outbox_.empty()) {
            going.clear();
            outbox_ = std::move(going); // its storage serves again
            break;
        }
    }
}

void GnutlsStream::count_warning()
{
    if (++warnings_ > k_warnings_max) {
        throw ProtocolError{"too many TLS warnings"};
    }
}

Task<> GnutlsStream::run_handshake()
{
    int code = GNUTLS_E_AGAIN;
    while (code != GNUTLS_E_SUCCESS) {
        code = gnutls_handshake(session_.get());
        if (code < 0 && gnutls_error_is_fatal(code) != 0 && !lower_ended_) {
            send_alert(code);
        }
        co_await flush_outbox();
        switch (code) {
        case GNUTLS_E_SUCCESS:
        case GNUTLS_E_INTERRUPTED:
            break;
        case GNUTLS_E_AGAIN:
            co_await fill_inbox();
            break;
        case GNUTLS_E_WARNING_ALERT_RECEIVED:
            count_warning();
            break;
        default:
            if (lower_ended_) {
                throw EndOfStream{};
            }
            throw ProtocolError{verdict_.refused.empty() ? describe("TLS handshake", code)
                                                         : "TLS handshake: " + verdict_.refused};
        }
    }
    // Nothing of it is lost: it is taken in order, and only then is the inbox filled again.
    inbox_.resize(k_inbox);
    const auto& ours = static_cast<const SessionCredentials&>(*credentials_);
    if (ours.client_certificates() != ClientCertificates::ignore) {
        peer_ = peer_of(session_.get());
    }
}

Task<std::size_t> GnutlsStream::read_some(std::span<std::uint8_t> into)
{
    while (true) {
        const auto got = gnutls_record_recv(session_.get(), into.data(), into.size());
        if (got >= 0) {
            co_return static_cast<std::size_t>(got);
        }
        switch (got) {
        case GNUTLS_E_AGAIN:
            // A writer that is under way takes it along.
            if (!outbox_.empty() && !flushing_ && !torn_) {
                co_await flush_outbox();
            }
            co_await fill_inbox();
            break;
        case GNUTLS_E_INTERRUPTED:
            break;
        case GNUTLS_E_WARNING_ALERT_RECEIVED:
            count_warning();
            break;
        case GNUTLS_E_PREMATURE_TERMINATION:
            // TCP closed without close_notify: viewers do that, and nothing here ends by the end of
            // the stream alone, so that nothing can be cut off unnoticed.
            co_return 0;
        case GNUTLS_E_REHANDSHAKE:
            throw ProtocolError{"TLS renegotiation is refused"};
        default:
            if (lower_ended_) {
                co_return 0;
            }
            throw ProtocolError{describe("TLS", static_cast<int>(got))};
        }
    }
}

Task<> GnutlsStream::write(ByteView from)
{
    while (!from.empty()) {
        co_await wait_for_flusher();
        std::size_t piece = std::min(from.size(), k_write_piece);
        while (piece > 0) {
            const auto put = gnutls_record_send(session_.get(), from.data(), piece);
            if (put < 0) {
                throw ProtocolError{describe("TLS", static_cast<int>(put))};
            }
            const auto size = static_cast<std::size_t>(put);
            from = from.subspan(size);
            piece -= size;
        }
        co_await flush_outbox();
    }
}

Task<> GnutlsStream::bye()
{
    co_await wait_for_flusher();
    gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
    co_await flush_outbox();
}

unsigned GnutlsStream::strength() const
{
    return static_cast<unsigned>(gnutls_cipher_get_key_size(gnutls_cipher_get(session_.get())) * 8);
}

std::string GnutlsStream::description() const
{
    // "(TLS1.3)-(ECDHE-X25519)-(ECDSA-SECP256R1-SHA256)-(AES-128-GCM)"
    char* const named = gnutls_session_get_desc(session_.get());
    std::string text;
    for (const char each : std::string_view{named != nullptr ? named : ""}) {
        if (each == '(' && !text.empty()) {
            text.back() = ' '; // instead of the dash
        } else if (each != '(' && each != ')') {
            text.push_back(each);
        }
    }
    gnutls_free(named);
    return text;
}

std::optional<ChannelBinding> GnutlsStream::channel_binding() const
{
    const bool exported = gnutls_protocol_get_version(session_.get()) >= GNUTLS_TLS1_3;
    gnutls_datum_t data{};
    const int code = gnutls_session_channel_binding(
        session_.get(), exported ? GNUTLS_CB_TLS_EXPORTER : GNUTLS_CB_TLS_SERVER_END_POINT, &data);
    if (code != GNUTLS_E_SUCCESS) {
        return std::nullopt;
    }
    ChannelBinding binding{exported ? "tls-exporter" : "tls-server-end-point",
                           Bytes(data.data, data.data + data.size)};
    gnutls_free(data.data);
    return binding;
}

} // namespace

Task<std::unique_ptr<TlsStream>> TlsStream::handshake(ByteStream& lower,
                                                      TlsCredentialsPtr credentials)
{
    auto stream = std::make_unique<GnutlsStream>(lower, std::move(credentials));
    co_await stream->run_handshake();
    co_return std::unique_ptr<TlsStream>{std::move(stream)};
}

} // namespace gds
