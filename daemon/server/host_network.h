// SPDX-License-Identifier: GPL-2.0-or-later
// A network of addresses, as "192.0.2.0/24", "2001:db8::/32" or one address; an IPv4 address that
// is mapped into IPv6 is that IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace gds {

struct HostNetwork {
    bool v6 = false;
    unsigned prefix = 0;
    std::array<std::uint8_t, 16> address{};
    bool operator==(const HostNetwork&) const = default;
};

// Nothing: it is none, or has bits set beyond its prefix, so that a host may be what was meant.
std::optional<HostNetwork> parse_network(const std::string& text);

// `host` is numeric, with or without a zone ("fe80::1%eth0").
bool is_within(const HostNetwork& network, const std::string& host);

} // namespace gds
