// SPDX-License-Identifier: GPL-2.0-or-later
// Listening sockets of one configuration: TCP on addresses or interfaces, unix sockets, where only
// processes of our own user are taken. Closing is dropping; a unix socket's file goes with it.
#pragma once

#include "base/task.h"
#include "base/unique_fd.h"
#include "io/passed_sockets.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

namespace gds {

struct ListenRequest {
    // IP addresses, interface names, `unix:PATH`; empty: all interfaces, IPv4 and IPv6.
    std::vector<std::string> addresses;
    std::uint16_t port = 5900;
    // Try the following ports (up to 100 of them) when it is taken; all TCP sockets use one port.
    bool negotiate_port = true;
    bool operator==(const ListenRequest&) const = default;
};

struct Accepted {
    // Non-blocking, close-on-exec; TCP_NODELAY, TCP_NOTSENT_LOWAT, keep-alive, TCP_USER_TIMEOUT
    // set.
    UniqueFd socket;
    std::string peer; // "192.0.2.7:51234", "[2001:db8::1]:5900", "unix:"
    std::string address; // numeric, without the port: "192.0.2.7", "fe80::1%eth0"; unix: empty
    std::string source; // what throttling counts by: the IPv4 address, the IPv6 /64, "unix"
    // The kernel says that it is a process of our own user: a unix socket, and no other.
    bool of_own_user = false;
    // By its PROXY header it comes for nobody: a health check.
    bool of_proxy_itself = false;
};

class Listener {
public:
    // Throws std::runtime_error with a sentence (address, port, cause) when nothing could be bound.
    explicit Listener(const ListenRequest& request, uid_t own_user = ::geteuid());
    // On what was passed to us, which stays open after it.
    explicit Listener(const PassedSockets& passed, uid_t own_user = ::geteuid());
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // Waits for a connection. Out of descriptors or memory it pauses; it never throws for that.
    Task<Accepted> accept();

    // "tcp:192.0.2.1:5900", "tcp:[::1]:5900", "unix:/...": with the addresses of this machine where
    // all interfaces are listened on.
    std::vector<std::string> endpoints() const;
    // Interfaces that were asked for by name have other addresses now.
    bool outdated() const;
    // Follows them, and tries again what could not be had; what still holds keeps its port and who
    // waits there. Nobody waits in accept() meanwhile. Throws as the constructor does.
    void renew();
    // What of the request could not be had, as sentences ("cannot listen on wlan7: no such
    // interface").
    const std::vector<std::string>& complaints() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace gds
