// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/proxied_arrivals.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "io/proxy_header.h"
#include "io/stream_reader.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace gds {

namespace {

// Headers that are waited for at once; proxies send theirs with the connection.
constexpr std::size_t k_most_waiting = 100;

// Not an octet of what follows the header: a stream of our own would have to be given back.
Task<std::size_t> receive_some(int socket, std::span<std::uint8_t> into)
{
    while (true) {
        const auto got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
        if (got > 0) {
            co_return static_cast<std::size_t>(got);
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            throw EndOfStream{};
        }
        co_await readable(socket);
    }
}

Task<ProxyHeader> receive_header(int socket, Bytes& begun)
{
    auto header = parse_proxy_header(begun);
    while (!header.malformed && header.missing > 0) {
        Bytes more(header.missing);
        const auto got = co_await receive_some(socket, more);
        begun.insert(begun.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(got));
        header = parse_proxy_header(begun);
    }
    co_return header;
}

} // namespace

ProxiedArrivals::ProxiedArrivals(OnArrival on_arrival, OnFailure on_failure,
                                 std::chrono::milliseconds patience)
    : on_arrival_(std::move(on_arrival)), on_failure_(std::move(on_failure)), patience_(patience)
{}

bool ProxiedArrivals::expects_header(const Accepted& accepted) const
{
    return std::ranges::any_of(
        proxies_, [&](const HostNetwork& proxy) { return is_within(proxy, accepted.address); });
}

void ProxiedArrivals::take(Accepted accepted)
{
    if (waiting_ >= k_most_waiting) {
        on_failure_(accepted.peer, accepted.source,
                    "too many proxied connections without a header");
        return;
    }
    auto receiving = receive(std::move(accepted));
    ++waiting_;
    tasks_.spawn(std::move(receiving), [this](std::exception_ptr error) {
        --waiting_;
        if (error) {
            log_warning("a proxied connection could not be taken");
        }
    });
}

void ProxiedArrivals::drop_all()
{
    tasks_.cancel_soon([this] { waiting_ = 0; });
}

Task<> ProxiedArrivals::receive(Accepted accepted)
{
    Bytes begun;
    std::string why;
    ProxyHeader header;
    auto receiving = receive_header(accepted.socket.get(), begun);
    try {
        header = co_await with_timeout(std::move(receiving), patience_);
        why = header.malformed ? "what should be a PROXY header is none" : "";
    } catch (const TimedOut&) {
        why = "sent no PROXY header in time";
    } catch (const EndOfStream&) {
        if (begun.empty()) {
            co_return; // a health check of the simplest kind
        }
        why = "ended within its PROXY header";
    }
    if (!why.empty()) {
        on_failure_(accepted.peer, accepted.source, why);
        co_return;
    }
    // Some health checks of HAProxy's name no address, and some its own.
    accepted.of_proxy_itself = !header.source || header.source->host() == accepted.address;
    accepted.of_own_user = false; // whoever the proxy is, it comes for somebody else
    if (header.source) {
        accepted.peer = header.source->text();
        accepted.address = header.source->host();
        accepted.source = header.source->source();
    }
    on_arrival_(std::move(accepted));
}

} // namespace gds
