// SPDX-License-Identifier: GPL-2.0-or-later
// The PROXY protocol's header, versions 1 and 2, by which a proxy that is trusted says who it
// speaks for (HAProxy's doc/proxy-protocol.txt). Pure: what has come goes in, what is known of it
// comes out.
#pragma once

#include "base/bytes.h"
#include "io/socket_address.h"

#include <cstddef>
#include <optional>

namespace gds {

// Longer than any header of version 1 (107 octets), and than what proxies put into version 2.
inline constexpr std::size_t k_longest_proxy_header = 2048;

struct ProxyHeader {
    // How many octets it needs at least beyond those given; none of them belongs to what follows
    // the header. 0: it is complete.
    std::size_t missing = 0;
    bool malformed = false;
    // For whom; nothing: the proxy comes for itself (a health check), or does not know.
    std::optional<SocketAddress> source;
};

ProxyHeader parse_proxy_header(ByteView begun);

} // namespace gds
