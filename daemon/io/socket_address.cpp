// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/socket_address.h"

#include <array>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace gds {

namespace {

const sockaddr_in& v4_of(const sockaddr_storage& storage)
{
    return reinterpret_cast<const sockaddr_in&>(storage);
}

const sockaddr_in6& v6_of(const sockaddr_storage& storage)
{
    return reinterpret_cast<const sockaddr_in6&>(storage);
}

// "eth0" or "2"; 0: there is none of that name.
std::uint32_t zone_index(const std::string& zone)
{
    if (!zone.empty() && zone.find_first_not_of("0123456789") == std::string::npos) {
        return zone.size() < 9 ? static_cast<std::uint32_t>(std::stoul(zone)) : 0;
    }
    return ::if_nametoindex(zone.c_str());
}

std::string zone_name(std::uint32_t index)
{
    std::array<char, IF_NAMESIZE> name{};
    return ::if_indextoname(index, name.data()) != nullptr ? name.data() : std::to_string(index);
}

} // namespace

SocketAddress SocketAddress::any_v4()
{
    SocketAddress address;
    address.storage_.ss_family = AF_INET;
    return address;
}

SocketAddress SocketAddress::any_v6()
{
    SocketAddress address;
    address.storage_.ss_family = AF_INET6;
    return address;
}

std::optional<SocketAddress> SocketAddress::parse(const std::string& text)
{
    SocketAddress address;
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage_);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        return address;
    }
    address = SocketAddress{};
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage_);
    const auto percent = text.find('%');
    if (::inet_pton(AF_INET6, text.substr(0, percent).c_str(), &v6.sin6_addr) != 1) {
        return std::nullopt;
    }
    v6.sin6_family = AF_INET6;
    if (percent != std::string::npos) {
        v6.sin6_scope_id = zone_index(text.substr(percent + 1));
        if (v6.sin6_scope_id == 0) {
            return std::nullopt;
        }
    }
    return address;
}

std::optional<SocketAddress> SocketAddress::from(const sockaddr* source)
{
    if (source == nullptr || (source->sa_family != AF_INET && source->sa_family != AF_INET6)) {
        return std::nullopt;
    }
    SocketAddress address;
    address.storage_.ss_family = source->sa_family;
    std::memcpy(&address.storage_, source, address.size());
    return address.family() == AF_INET6 ? address.unmapped() : address;
}

// Who comes by IPv4 to a socket that takes both is told, ruled and counted as such.
SocketAddress SocketAddress::unmapped() const
{
    const auto& v6 = v6_of(storage_);
    if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        return *this;
    }
    SocketAddress address = any_v4();
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage_);
    std::memcpy(&v4.sin_addr, &v6.sin6_addr.s6_addr[12], sizeof(v4.sin_addr));
    v4.sin_port = v6.sin6_port;
    return address;
}

socklen_t SocketAddress::size() const
{
    return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

bool SocketAddress::operator==(const SocketAddress& other) const
{
    if (family() != other.family() || port() != other.port()) {
        return false;
    }
    if (family() == AF_INET) {
        return v4_of(storage_).sin_addr.s_addr == v4_of(other.storage_).sin_addr.s_addr;
    }
    const auto& own = v6_of(storage_);
    const auto& others = v6_of(other.storage_);
    return IN6_ARE_ADDR_EQUAL(&own.sin6_addr, &others.sin6_addr) != 0 &&
           own.sin6_scope_id == others.sin6_scope_id;
}

std::uint16_t SocketAddress::port() const
{
    return ntohs(family() == AF_INET ? v4_of(storage_).sin_port : v6_of(storage_).sin6_port);
}

SocketAddress SocketAddress::with_port(std::uint16_t port) const
{
    SocketAddress address = *this;
    if (family() == AF_INET) {
        reinterpret_cast<sockaddr_in&>(address.storage_).sin_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in6&>(address.storage_).sin6_port = htons(port);
    }
    return address;
}

bool SocketAddress::is_any() const
{
    return family() == AF_INET ? v4_of(storage_).sin_addr.s_addr == htonl(INADDR_ANY)
                               : IN6_IS_ADDR_UNSPECIFIED(&v6_of(storage_).sin6_addr) != 0;
}

bool SocketAddress::is_loopback() const
{
    return family() == AF_INET ? (ntohl(v4_of(storage_).sin_addr.s_addr) >> 24U) == 127
                               : IN6_IS_ADDR_LOOPBACK(&v6_of(storage_).sin6_addr) != 0;
}

bool SocketAddress::is_link_local() const
{
    return family() == AF_INET ? (ntohl(v4_of(storage_).sin_addr.s_addr) >> 16U) == 0xa9fe
                               : IN6_IS_ADDR_LINKLOCAL(&v6_of(storage_).sin6_addr) != 0;
}

std::string SocketAddress::host() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family() == AF_INET) {
        ::inet_ntop(AF_INET, &v4_of(storage_).sin_addr, text.data(), text.size());
        return text.data();
    }
    const auto& v6 = v6_of(storage_);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    std::string host{text.data()};
    if (v6.sin6_scope_id != 0) {
        host += "%" + zone_name(v6.sin6_scope_id);
    }
    return host;
}

std::string SocketAddress::text() const
{
    const std::string host = family() == AF_INET ? this->host() : "[" + this->host() + "]";
    return host + ":" + std::to_string(port());
}

std::string SocketAddress::source() const
{
    if (family() == AF_INET) {
        return host();
    }
    in6_addr network = v6_of(storage_).sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&network)) {
        return host(); // every host of every link has this network
    }
    std::memset(&network.s6_addr[8], 0, 8);
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &network, text.data(), text.size());
    return std::string{text.data()} + "/64";
}

std::vector<InterfaceAddress> interface_addresses()
{
    std::vector<InterfaceAddress> all;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return all;
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned{list, ::freeifaddrs};
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        const auto address = SocketAddress::from(each->ifa_addr);
        if (address && (each->ifa_flags & IFF_UP) != 0) {
            all.push_back({each->ifa_name, *address});
        }
    }
    return all;
}

} // namespace gds
