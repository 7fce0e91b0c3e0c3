// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/outgoing_socket.h"

#include "base/gio_call.h"
#include "base/glib_error.h"
#include "base/source.h"
#include "base/text.h"
#include "base/timeout.h"
#include "io/listen_socket.h"

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <gio/gio.h>
#include <sys/socket.h>

namespace gds {

namespace {

CallFailure failure_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return CallFailure::refused;
    case ETIMEDOUT:
        return CallFailure::timed_out;
    default:
        return CallFailure::unreachable;
    }
}

// errno, or 0.
Task<int> connect_socket(int socket, SocketAddress address)
{
    if (::connect(socket, address.get(), address.size()) == 0) {
        co_return 0;
    }
    if (errno != EINPROGRESS) {
        co_return errno;
    }
    co_await writable(socket);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    co_return error;
}

} // namespace

Task<std::vector<SocketAddress>> look_up_host(std::string host)
{
    std::vector<SocketAddress> found;
    if (const auto numeric = SocketAddress::parse(host)) {
        found.push_back(*numeric);
        co_return found;
    }
    const GObjectPtr<GResolver> resolver{g_resolver_get_default()};
    auto start = [&](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        g_resolver_lookup_by_name_async(resolver.get(), host.c_str(), cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    GList* const list = g_resolver_lookup_by_name_finish(resolver.get(), result.get(), &error);
    if (error != nullptr) {
        const std::string why = error->message;
        g_error_free(error);
        throw CallError{CallFailure::name_not_found, why};
    }
    for (const GList* each = list; each != nullptr; each = each->next) {
        const std::unique_ptr<char, decltype(&g_free)> text{
            g_inet_address_to_string(G_INET_ADDRESS(each->data)), g_free};
        if (const auto address = SocketAddress::parse(text.get())) {
            found.push_back(*address);
        }
    }
    g_resolver_free_addresses(list);
    co_return found;
}

namespace {

Task<OutgoingSocket> connect_in_turn(std::string host, std::uint16_t port,
                                     std::chrono::milliseconds patience)
{
    const auto addresses = co_await look_up_host(host);
    int last = EHOSTUNREACH;
    for (const auto& each : addresses) {
        const auto address = each.with_port(port);
        OutgoingSocket made;
        made.socket.reset(
            ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        int error = made.socket ? 0 : errno;
        if (made.socket) {
            auto connecting = connect_socket(made.socket.get(), address);
            try {
                error = co_await with_timeout(std::move(connecting), patience);
            } catch (const TimedOut&) {
                error = ETIMEDOUT;
            }
        }
        if (error == 0) {
            set_connection_options(made.socket.get());
            made.peer = address;
            co_return made;
        }
        // A refusal tells more than a machine without IPv6 does.
        if (last != ECONNREFUSED) {
            last = error;
        }
    }
    throw CallError{failure_of(last), std::generic_category().message(last)};
}

} // namespace

Task<OutgoingSocket> connect_to(std::string host, std::uint16_t port, ConnectPatience patience)
{
    auto connecting = connect_in_turn(std::move(host), port, patience.each);
    try {
        co_return co_await with_timeout(std::move(connecting), patience.whole);
    } catch (const TimedOut&) {
        throw CallError{CallFailure::timed_out, std::generic_category().message(ETIMEDOUT)};
    }
}

} // namespace gds
