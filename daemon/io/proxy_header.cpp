// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/proxy_header.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <netinet/in.h>

namespace gds {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view k_signature_1 = "PROXY "sv;
constexpr std::string_view k_signature_2 = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::string_view k_end_1 = "\r\n"sv;
// "PROXY UNKNOWN\r\n" is the shortest of all, with 15.
constexpr std::size_t k_shortest = 15;
constexpr std::size_t k_longest_1 = 107;
constexpr std::size_t k_fixed_2 = 16;
constexpr std::size_t k_addresses_v4 = 12; // two addresses and two ports
constexpr std::size_t k_addresses_v6 = 36;

ProxyHeader missing(std::size_t octets)
{
    ProxyHeader header;
    header.missing = octets;
    return header;
}

ProxyHeader malformed()
{
    ProxyHeader header;
    header.malformed = true;
    return header;
}

bool begins_like(std::string_view text, std::string_view signature)
{
    const auto known = std::min(text.size(), signature.size());
    return text.substr(0, known) == signature.substr(0, known);
}

std::string_view cut(std::string_view& rest)
{
    const auto end = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

std::optional<std::uint16_t> port_of(std::string_view text)
{
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0') ||
        text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto port = std::stoul(std::string{text});
    return port <= 65535 ? std::optional{static_cast<std::uint16_t>(port)} : std::nullopt;
}

std::optional<SocketAddress> address_of(std::string_view text, int family)
{
    // No zone, which would be ours and not somebody else's; no NUL.
    if (text.find_first_not_of("0123456789abcdefABCDEF.:") != std::string_view::npos) {
        return std::nullopt;
    }
    auto address = SocketAddress::parse(std::string{text});
    return address && address->family() == family ? address : std::nullopt;
}

// Behind "PROXY ", without the end of the line.
ProxyHeader parse_words(std::string_view rest)
{
    const auto kind = cut(rest);
    if (kind == "UNKNOWN") {
        return {}; // what follows, if anything, says nothing (section 2.1)
    }
    if (kind != "TCP4" && kind != "TCP6") {
        return malformed();
    }
    const int family = kind == "TCP4" ? AF_INET : AF_INET6;
    const auto source = address_of(cut(rest), family);
    const auto destination = address_of(cut(rest), family);
    const auto source_port = port_of(cut(rest));
    const auto destination_port = port_of(rest);
    if (!source || !destination || !source_port || !destination_port) {
        return malformed();
    }
    ProxyHeader header;
    // By the kernel's form: an IPv4 address that is mapped into IPv6 is that IPv4 address.
    header.source = SocketAddress::from(source->with_port(*source_port).get());
    return header;
}

ProxyHeader parse_version_1(std::string_view text)
{
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
        if (text.size() >= k_longest_1) {
            return malformed();
        }
        return missing(text.back() == '\r' ? 1 : 2);
    }
    const auto line = text.substr(0, end + 1);
    if (line.size() != text.size() || line.size() > k_longest_1 || !line.ends_with(k_end_1)) {
        return malformed();
    }
    return parse_words(
        line.substr(k_signature_1.size(), line.size() - k_signature_1.size() - k_end_1.size()));
}

std::uint16_t number_at(ByteView octets, std::size_t place)
{
    return static_cast<std::uint16_t>(octets[place] << 8U | octets[place + 1]);
}

SocketAddress v4_at(ByteView addresses)
{
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(number_at(addresses, 8));
    std::memcpy(&v4.sin_addr, addresses.data(), sizeof v4.sin_addr);
    return *SocketAddress::from(reinterpret_cast<const sockaddr*>(&v4));
}

SocketAddress v6_at(ByteView addresses)
{
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(number_at(addresses, 32));
    std::memcpy(&v6.sin6_addr, addresses.data(), sizeof v6.sin6_addr);
    return *SocketAddress::from(reinterpret_cast<const sockaddr*>(&v6));
}

ProxyHeader parse_version_2(ByteView octets)
{
    const std::uint8_t version_and_command = octets[12];
    const std::uint8_t family_and_protocol = octets[13];
    const std::size_t size = k_fixed_2 + number_at(octets, 14);
    const bool local = version_and_command == 0x20;
    if ((!local && version_and_command != 0x21) || size > k_longest_proxy_header ||
        octets.size() > size) {
        return malformed();
    }
    if (octets.size() < size) {
        return missing(size - octets.size());
    }
    ProxyHeader header;
    const ByteView addresses = octets.subspan(k_fixed_2);
    if (local) {
        return header; // whatever family it names (section 2.2)
    }
    switch (family_and_protocol) {
    case 0x11: // TCP over IPv4
        if (addresses.size() < k_addresses_v4) {
            return malformed();
        }
        header.source = v4_at(addresses);
        return header;
    case 0x21: // TCP over IPv6
        if (addresses.size() < k_addresses_v6) {
            return malformed();
        }
        header.source = v6_at(addresses);
        return header;
    case 0x00: // it does not know
    case 0x31: // somebody at a unix socket of its own
        return header;
    default:
        return malformed();
    }
}

} // namespace

ProxyHeader parse_proxy_header(ByteView begun)
{
    const auto text = as_text(begun);
    const bool first = begins_like(text, k_signature_1);
    if (!first && !begins_like(text, k_signature_2)) {
        return malformed();
    }
    if (begun.size() < k_shortest) {
        return missing(k_shortest - begun.size());
    }
    if (first) {
        return parse_version_1(text);
    }
    return begun.size() < k_fixed_2 ? missing(k_fixed_2 - begun.size()) : parse_version_2(begun);
}

} // namespace gds
