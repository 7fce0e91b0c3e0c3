// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/socket_stream.h"

#include "base/errors.h"
#include "base/source.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace gds {

namespace {

constexpr std::size_t k_octets_per_turn = std::size_t{1024} * 1024;
constexpr unsigned k_calls_per_turn = 64;

// A connection may end in any of these ways at any octet; none of them is news.
bool is_end(int error)
{
    switch (error) {
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case ENOTCONN:
    case ETIMEDOUT: // keep-alive or TCP_USER_TIMEOUT
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
        return true;
    default:
        return false;
    }
}

// Returns when the call is to be repeated at once (false) or after a wait (true).
bool must_wait(int error, const char* call)
{
    if (error == EINTR) {
        return false;
    }
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return true;
    }
    if (is_end(error)) {
        throw EndOfStream{};
    }
    throw std::system_error{error, std::generic_category(), call};
}

} // namespace

SocketStream::SocketStream(UniqueFd socket) : socket_(std::move(socket)), incoming_(socket_.get())
{}

Task<std::size_t> SocketStream::read_some(std::span<std::uint8_t> into)
{
    while (true) {
        bool wait = reading_.octets >= k_octets_per_turn || reading_.calls >= k_calls_per_turn;
        if (!wait) {
            const auto got = ::recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
            if (got >= 0) {
                const auto size = static_cast<std::size_t>(got);
                bytes_received_ += size;
                reading_.octets += size;
                ++reading_.calls;
                note_traffic();
                co_return size;
            }
            wait = must_wait(errno, "recv");
        }
        if (wait) {
            co_await incoming_.readable();
            reading_ = Turn{};
        }
    }
}

Task<> SocketStream::write(ByteView from)
{
    while (!from.empty()) {
        bool wait = writing_.octets >= k_octets_per_turn || writing_.calls >= k_calls_per_turn;
        if (!wait) {
            const auto put =
                ::send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (put >= 0) {
                const auto size = static_cast<std::size_t>(put);
                bytes_sent_ += size;
                writing_.octets += size;
                ++writing_.calls;
                note_traffic();
                from = from.subspan(size);
                continue;
            }
            wait = must_wait(errno, "send");
        }
        if (wait) {
            co_await writable(socket_.get());
            writing_ = Turn{};
        }
    }
}

void SocketStream::note_traffic()
{
    if (const auto told = std::exchange(on_traffic_, nullptr)) {
        told();
    }
}

std::uint32_t SocketStream::round_trip_time() const
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return 0;
    }
    return info.tcpi_rtt;
}

void SocketStream::shutdown_write() noexcept { ::shutdown(socket_.get(), SHUT_WR); }

} // namespace gds
