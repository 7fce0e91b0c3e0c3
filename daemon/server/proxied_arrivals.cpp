// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/proxied_arrivals.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "io/proxy_header.h"
#include "io/stream_reader.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
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

bool ProxiedArrivals::is_trusted(const std::string& address) const
{
    return std::ranges::any_of(proxies_,
                               [&](const HostNetwork& proxy) { return is_within(proxy, address); });
}

bool ProxiedArrivals::expects_header(const Accepted& accepted) const
{
    return is_trusted(accepted.address);
}

void ProxiedArrivals::trust(std::vector<HostNetwork> proxies)
{
    proxies_ = std::move(proxies);
    for (auto each = waiting_.begin(); each != waiting_.end();) {
        const auto next = std::next(each);
        if (!is_trusted(each->second->address)) {
            end(each, "PROXY headers from there are not believed any more");
        }
        each = next;
    }
}

void ProxiedArrivals::take(Accepted accepted)
{
    make_room();
    const auto number = ++last_number_;
    auto& waiting = *waiting_.emplace(number, std::make_unique<Waiting>()).first->second;
    waiting.peer = accepted.peer;
    waiting.address = accepted.address;
    waiting.source = accepted.source;
    auto receiving = receive(waiting, std::move(accepted));
    waiting.task.spawn(std::move(receiving), [this, number](std::exception_ptr error) {
        waiting_.erase(number);
        if (error) {
            log_warning("a proxied connection could not be taken");
        }
    });
}

// A proxy says its header at once: who has said nothing for longest will say nothing. Without one
// it is the oldest, whose time is up first.
void ProxiedArrivals::make_room()
{
    const auto is_there = [](const auto& entry) { return !entry.second->over; };
    if (static_cast<std::size_t>(std::ranges::count_if(waiting_, is_there)) < k_most_waiting) {
        return;
    }
    auto victim = std::ranges::find_if(waiting_, [&](const auto& entry) {
        return is_there(entry) && entry.second->begun.empty();
    });
    if (victim == waiting_.end()) {
        victim = std::ranges::find_if(waiting_, is_there);
    }
    end(victim, "too many proxied connections without a header");
}

void ProxiedArrivals::end(WaitingMap::iterator waiting, const std::string& why)
{
    auto ended = std::move(waiting->second);
    waiting_.erase(waiting);
    if (!ended->over && !why.empty()) {
        on_failure_(ended->peer, ended->source, why);
    }
    ended->over = true;
    ended_.push_back(std::move(ended));
    drop_ended_ = call_soon([this] { ended_.clear(); });
}

void ProxiedArrivals::drop_all()
{
    while (!waiting_.empty()) {
        end(waiting_.begin(), "");
    }
}

Task<> ProxiedArrivals::receive(Waiting& waiting, Accepted accepted)
{
    std::string why;
    ProxyHeader header;
    auto receiving = receive_header(accepted.socket.get(), waiting.begun);
    try {
        header = co_await with_timeout(std::move(receiving), patience_);
        why = header.malformed ? "what should be a PROXY header is none" : "";
    } catch (const TimedOut&) {
        why = "sent no PROXY header in time";
    } catch (const EndOfStream&) {
        // A health check of the simplest kind says nothing.
        why = waiting.begun.empty() ? "" : "ended within its PROXY header";
        accepted.socket.reset();
    }
    if (std::exchange(waiting.over, true)) {
        co_return; // it was ended meanwhile
    }
    if (!why.empty()) {
        on_failure_(accepted.peer, accepted.source, why);
    }
    if (!why.empty() || !accepted.socket) {
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
