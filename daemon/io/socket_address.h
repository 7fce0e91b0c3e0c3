// SPDX-License-Identifier: GPL-2.0-or-later
// An IPv4 or IPv6 address with a port, as the kernel holds it and as people write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace gds {

class SocketAddress {
public:
    // All addresses of this machine of one family.
    static SocketAddress any_v4();
    static SocketAddress any_v6();
    // "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; nothing else, no names.
    static std::optional<SocketAddress> parse(const std::string& text);
    // From accept(), getsockname(), getifaddrs(); other families give nothing, and an IPv4 address
    // that is mapped into IPv6 gives itself.
    static std::optional<SocketAddress> from(const sockaddr* address);

    int family() const { return storage_.ss_family; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const;

    // Also of the zone, by its index: an interface that comes again is another one of that name.
    bool operator==(const SocketAddress& other) const;

    std::uint16_t port() const;
    SocketAddress with_port(std::uint16_t port) const;
    bool is_any() const;
    bool is_loopback() const;
    bool is_link_local() const;

    // "192.0.2.1", "fe80::1%eth0"
    std::string host() const;
    // "192.0.2.1:5900", "[2001:db8::1]:5900"
    std::string text() const;
    // What one party can have many of counts as one: the IPv4 address, the IPv6 /64.
    std::string source() const;

private:
    SocketAddress() = default;
    SocketAddress unmapped() const;
    sockaddr_storage storage_ = {};
};

struct InterfaceAddress {
    std::string interface;
    SocketAddress address;
};
// Of the interfaces that are up.
std::vector<InterfaceAddress> interface_addresses();

} // namespace gds
