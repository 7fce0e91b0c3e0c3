// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/listener.h"

#include "base/log.h"
#include "base/source.h"
#include "base/text.h"
#include "base/translate.h"
#include "io/listen_socket.h"
#include "io/socket_address.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace gds {

namespace {

constexpr std::string_view k_unix = "unix:";
constexpr unsigned k_ports_tried = 101; // the asked one and 100 more
constexpr unsigned k_free_ports_tried = 16;
constexpr std::chrono::milliseconds k_pause{100};
// So that a flood of connections leaves turns for those that are in.
constexpr unsigned k_accepted_per_turn = 16;

struct TcpSocket {
    UniqueFd fd;
    SocketAddress address;
    bool takes_v4 = false; // too, by an IPv6 address
};

struct PassedUnixSocket {
    UniqueFd fd;
    std::string path;
};

// What a request comes down to, before anything is bound.
struct Targets {
    std::vector<SocketAddress> tcp;
    std::vector<std::string> unix_paths;
    std::vector<std::string> complaints;
    bool all_interfaces = false;
};

void add_interface(Targets& targets, const std::string& name)
{
    bool found = false;
    for (const auto& each : interface_addresses()) {
        if (each.interface == name) {
            targets.tcp.push_back(each.address);
            found = true;
        }
    }
    if (!found) {
        const bool exists = ::if_nametoindex(name.c_str()) != 0;
        const char* const sentence = exists
                                         ? _("Cannot listen on %s: the interface has no address.")
                                         : _("Cannot listen on %s: no such interface.");
        targets.complaints.push_back(format_text(sentence, printable(name).c_str()));
    }
}

Targets resolve(const std::vector<std::string>& addresses)
{
    Targets targets;
    if (addresses.empty()) {
        targets.tcp = {SocketAddress::any_v4(), SocketAddress::any_v6()};
        targets.all_interfaces = true;
    }
    for (const auto& each : addresses) {
        if (each.starts_with(k_unix)) {
            targets.unix_paths.push_back(each.substr(k_unix.size()));
        } else if (const auto address = SocketAddress::parse(each)) {
            targets.tcp.push_back(*address);
        } else {
            add_interface(targets, each);
        }
    }
    return targets;
}

// One try to bind all TCP targets to one port.
struct TcpAttempt {
    std::vector<TcpSocket> sockets;
    std::vector<std::string> complaints;
    bool taken = false;
};

std::optional<SocketAddress> bound_address(const UniqueFd& fd)
{
    sockaddr_storage storage = {};
    socklen_t size = sizeof(storage);
    auto* const any = reinterpret_cast<sockaddr*>(&storage);
    ::getsockname(fd.get(), any, &size);
    return SocketAddress::from(any);
}

std::uint16_t bound_port(const UniqueFd& fd)
{
    const auto address = bound_address(fd);
    return address ? address->port() : 0;
}

bool takes_v4(const UniqueFd& fd)
{
    int only_v6 = 1;
    socklen_t size = sizeof(only_v6);
    ::getsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, &size);
    return only_v6 == 0;
}

// Empty: it has none (an abstract name is no path).
std::string unix_path(const UniqueFd& fd)
{
    sockaddr_un address = {};
    socklen_t size = sizeof(address);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    const auto length =
        std::min(sizeof(address.sun_path),
                 size - std::min<std::size_t>(size, offsetof(sockaddr_un, sun_path)));
    return {address.sun_path, ::strnlen(address.sun_path, length)};
}

// Beside the sockets that there are.
TcpAttempt try_port(const Targets& targets, std::uint16_t port, std::vector<TcpSocket> sockets = {})
{
    TcpAttempt attempt;
    attempt.sockets = std::move(sockets);
    for (const auto& target : targets.tcp) {
        auto address = target.with_port(port);
        const bool twice =
            std::any_of(attempt.sockets.begin(), attempt.sockets.end(),
                        [&](const TcpSocket& other) { return other.address == address; });
        if (twice) {
            continue;
        }
        try {
            UniqueFd fd = listen_tcp(address);
            if (port == 0) {
                // Any free port, and the same one for the rest.
                port = bound_port(fd);
                address = target.with_port(port);
            }
            attempt.sockets.push_back({std::move(fd), address});
        } catch (const std::system_error& error) {
            const int code = error.code().value();
            // A machine without IPv6 has no interface that is left out.
            if (!(code == EAFNOSUPPORT && targets.all_interfaces)) {
                attempt.complaints.push_back(format_text(_("Cannot listen on %s, port %u: %s."),
                                                         address.host().c_str(), unsigned{port},
                                                         error.code().message().c_str()));
            }
            attempt.taken = attempt.taken || code == EADDRINUSE;
        }
    }
    return attempt;
}

TcpAttempt bind_tcp(const Targets& targets, const ListenRequest& request)
{
    TcpAttempt first = try_port(targets, request.port);
    const bool any_free = request.port == 0;
    if (!first.taken || (!request.negotiate_port && !any_free)) {
        return first;
    }
    for (unsigned i = 1; i < (any_free ? k_free_ports_tried : k_ports_tried); ++i) {
        const unsigned port = any_free ? 0 : request.port + i;
        if (port > 65535) {
            break;
        }
        TcpAttempt next = try_port(targets, static_cast<std::uint16_t>(port));
        if (!next.taken) {
            return next;
        }
    }
    return first;
}

bool is_exhaustion(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::optional<uid_t> peer_user(const UniqueFd& socket)
{
    ucred credentials = {};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return std::nullopt;
    }
    return credentials.uid;
}

Accepted describe(UniqueFd socket, const sockaddr* peer)
{
    const auto address = SocketAddress::from(peer);
    if (!address) {
        return {std::move(socket), "unix:", "", "unix"};
    }
    set_connection_options(socket.get());
    return {std::move(socket), address->text(), address->host(), address->source()};
}

} // namespace

struct Listener::Impl {
    std::vector<TcpSocket> tcp;
    std::vector<UnixListenSocket> unix_sockets;
    std::vector<PassedUnixSocket> passed_unix;
    std::vector<std::string> complaints;
    std::vector<int> fds;
    uid_t own = 0;
    std::set<uid_t> strangers; // of whom something was said
    ListenRequest request; // without addresses where sockets were passed
    std::vector<SocketAddress> targets; // what its addresses and names came to
    // Given up for a moment when descriptors run out, to take a connection only to close it.
    UniqueFd spare;
    std::size_t next = 0;
    unsigned accepted_this_turn = 0;
    bool exhausted = false;

    void listen_where_asked()
    {
        const Targets found = resolve(request.addresses);
        targets = found.tcp;
        complaints = found.complaints;
        std::erase_if(tcp, [&found](const TcpSocket& socket) {
            const auto port = socket.address.port();
            return std::ranges::none_of(found.tcp, [&](const SocketAddress& wanted) {
                return wanted.with_port(port) == socket.address;
            });
        });
        const auto port = tcp.empty() ? request.port : tcp.front().address.port();
        TcpAttempt bound =
            tcp.empty() ? bind_tcp(found, request) : try_port(found, port, std::move(tcp));
        tcp = std::move(bound.sockets);
        std::ranges::move(bound.complaints, std::back_inserter(complaints));
        for (const auto& path : found.unix_paths) {
            listen_at(path);
        }
        begin();
    }

    void listen_at(const std::string& path)
    {
        const auto is_it = [&path](const auto& socket) { return socket.path() == path; };
        if (std::ranges::any_of(unix_sockets, is_it)) {
            return;
        }
        try {
            unix_sockets.emplace_back(path);
        } catch (const std::system_error& error) {
            complaints.push_back(format_text(_("Cannot listen on %s: %s."), printable(path).c_str(),
                                             error.code().message().c_str()));
        }
    }

    // Once it is known what there is; or throws.
    void begin()
    {
        fds.clear();
        next = 0;
        for (const auto& socket : tcp) {
            fds.push_back(socket.fd.get());
        }
        for (const auto& socket : unix_sockets) {
            fds.push_back(socket.fd());
        }
        for (const auto& socket : passed_unix) {
            fds.push_back(socket.fd.get());
        }
        if (fds.empty()) {
            throw std::runtime_error{complaints.empty()
                                         ? std::string{_("There is no address to listen on.")}
                                         : complaints.front()};
        }
        open_spare();
    }

    void open_spare() { spare.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

    std::optional<Accepted> try_accept(int fd, int& error)
    {
        sockaddr_storage peer = {};
        socklen_t size = sizeof(peer);
        auto* const any = reinterpret_cast<sockaddr*>(&peer);
        UniqueFd socket{::accept4(fd, any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        error = socket ? 0 : errno;
        if (!socket) {
            return std::nullopt;
        }
        if (any->sa_family == AF_UNIX && !is_own(socket)) {
            error = ECONNABORTED;
            return std::nullopt;
        }
        auto accepted = describe(std::move(socket), any);
        accepted.of_own_user = any->sa_family == AF_UNIX;
        return accepted;
    }

    // The file may be open to others, the desktop is not.
    bool is_own(const UniqueFd& socket)
    {
        const auto user = peer_user(socket);
        if (user == own) {
            return true;
        }
        constexpr std::size_t k_most_told = 16;
        const uid_t stranger = user.value_or(static_cast<uid_t>(-1));
        if (strangers.size() < k_most_told && strangers.insert(stranger).second) {
            log_warning("refused a connection to our unix socket: it is of user " +
                        std::to_string(stranger));
        }
        return false;
    }

    // Tells those who wait that there is no room, instead of letting them wait.
    void turn_away()
    {
        if (!std::exchange(exhausted, true)) {
            log_warning("out of file descriptors or memory: no connections are taken for now");
        }
        for (const int fd : fds) {
            spare.reset();
            const UniqueFd refused{::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)};
        }
        open_spare();
    }
};

Listener::Listener(const ListenRequest& request, uid_t own_user) : impl_(std::make_unique<Impl>())
{
    impl_->own = own_user;
    impl_->request = request;
    impl_->listen_where_asked();
}

Listener::Listener(const PassedSockets& passed, uid_t own_user) : impl_(std::make_unique<Impl>())
{
    impl_->own = own_user;
    impl_->complaints = passed.complaints;
    for (const auto& socket : passed.sockets) {
        UniqueFd own{::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0)};
        if (!own) {
            throw std::runtime_error{std::system_category().message(errno)};
        }
        if (const auto address = bound_address(own)) {
            const bool both = address->family() == AF_INET6 && takes_v4(own);
            impl_->tcp.push_back({std::move(own), *address, both});
        } else {
            std::string path = unix_path(own);
            impl_->passed_unix.push_back({std::move(own), std::move(path)});
        }
    }
    impl_->begin();
}

Listener::~Listener() = default;

Task<Accepted> Listener::accept()
{
    while (true) {
        bool retry = false;
        const bool may_accept = impl_->accepted_this_turn < k_accepted_per_turn;
        for (std::size_t i = 0; may_accept && i < impl_->fds.size(); ++i) {
            const int fd = impl_->fds[impl_->next];
            impl_->next = (impl_->next + 1) % impl_->fds.size();
            int error = 0;
            auto accepted = impl_->try_accept(fd, error);
            if (accepted) {
                ++impl_->accepted_this_turn;
                impl_->exhausted = false;
                co_return std::move(*accepted);
            }
            if (is_exhaustion(error)) {
                impl_->turn_away();
                retry = true;
            } else if (error == EPERM || error == EINVAL || error == EBADF) {
                retry = true; // a firewall, or a socket that was shut down: never a busy loop
            }
            // EAGAIN: nobody. ECONNABORTED and network errors: whoever it was, is gone (accept(2)).
        }
        if (retry) {
            co_await sleep_for(k_pause);
        } else {
            co_await readable(std::span<const int>(impl_->fds));
        }
        impl_->accepted_this_turn = 0;
    }
}

std::vector<std::string> Listener::endpoints() const
{
    std::vector<std::string> all;
    std::vector<std::string> loopback;
    const auto add = [&](const SocketAddress& address) {
        auto& list = address.is_loopback() ? loopback : all;
        list.push_back("tcp:" + address.text());
    };
    for (const auto& socket : impl_->tcp) {
        if (!socket.address.is_any()) {
            add(socket.address);
            continue;
        }
        for (const auto& each : interface_addresses()) {
            const bool reached = each.address.family() == socket.address.family() ||
                                 (socket.takes_v4 && each.address.family() == AF_INET);
            if (reached && !each.address.is_link_local()) {
                add(each.address.with_port(socket.address.port()));
            }
        }
    }
    all.insert(all.end(), loopback.begin(), loopback.end());
    for (const auto& socket : impl_->unix_sockets) {
        all.push_back(std::string{k_unix} + socket.path());
    }
    for (const auto& socket : impl_->passed_unix) {
        all.push_back(std::string{k_unix} + socket.path);
    }
    return all;
}

bool Listener::outdated() const
{
    return !impl_->request.addresses.empty() &&
           !std::ranges::is_permutation(resolve(impl_->request.addresses).tcp, impl_->targets);
}

void Listener::renew() { impl_->listen_where_asked(); }

const std::vector<std::string>& Listener::complaints() const { return impl_->complaints; }

} // namespace gds
