// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/host_network.h"

#include <algorithm>

#include <arpa/inet.h>

namespace gds {

namespace {

constexpr unsigned k_mapped_prefix = 96; // ::ffff:0:0/96 (RFC 4291, 2.5.5.2)

// One host: a network of which all bits count.
std::optional<HostNetwork> parse_host(const std::string& text)
{
    HostNetwork host;
    if (::inet_pton(AF_INET, text.c_str(), host.address.data()) == 1) {
        host.prefix = 32;
        return host;
    }
    if (::inet_pton(AF_INET6, text.c_str(), host.address.data()) == 1) {
        host.v6 = true;
        host.prefix = 128;
        return host;
    }
    return std::nullopt;
}

bool is_mapped(const HostNetwork& network)
{
    const auto& octets = network.address;
    return network.v6 &&
           std::all_of(octets.begin(), octets.begin() + 10,
                       [](auto octet) { return octet == 0; }) &&
           octets[10] == 0xff && octets[11] == 0xff;
}

HostNetwork unmapped(const HostNetwork& network)
{
    HostNetwork v4;
    v4.prefix = network.prefix - k_mapped_prefix;
    std::copy(network.address.begin() + 12, network.address.end(), v4.address.begin());
    return v4;
}

std::uint8_t mask_of(unsigned prefix, std::size_t octet)
{
    const auto first = static_cast<unsigned>(octet) * 8;
    const unsigned bits = prefix <= first ? 0 : std::min(prefix - first, 8U);
    return static_cast<std::uint8_t>(0xff00U >> bits);
}

std::optional<unsigned> parse_prefix(const std::string& text, unsigned most)
{
    if (text.empty() || text.size() > 3 ||
        text.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    const auto value = static_cast<unsigned>(std::stoul(text));
    return value <= most ? std::optional{value} : std::nullopt;
}

} // namespace

std::optional<HostNetwork> parse_network(const std::string& text)
{
    const auto slash = text.find('/');
    auto network = parse_host(text.substr(0, slash));
    if (!network) {
        return std::nullopt;
    }
    if (slash != std::string::npos) {
        const auto prefix = parse_prefix(text.substr(slash + 1), network->prefix);
        if (!prefix) {
            return std::nullopt;
        }
        network->prefix = *prefix;
    }
    for (std::size_t i = 0; i < network->address.size(); ++i) {
        const auto mask = mask_of(network->prefix, i);
        if ((network->address[i] & static_cast<std::uint8_t>(~mask)) != 0) {
            return std::nullopt;
        }
    }
    if (is_mapped(*network)) { // its prefix is long enough, or bits would stand beyond it
        return unmapped(*network);
    }
    return network;
}

bool is_within(const HostNetwork& network, const std::string& host)
{
    auto address = parse_host(host.substr(0, host.find('%')));
    if (!address) {
        return false;
    }
    if (is_mapped(*address)) {
        address = unmapped(*address);
    }
    if (address->v6 != network.v6) {
        return false;
    }
    for (std::size_t i = 0; i < network.address.size(); ++i) {
        const auto mask = mask_of(network.prefix, i);
        if ((address->address[i] & mask) != network.address[i]) {
            return false;
        }
    }
    return true;
}

} // namespace gds
