// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP connection that we make. Names are looked up by GLib's threads, and nothing here waits on
// the main loop.
#pragma once

#include "base/task.h"
#include "base/unique_fd.h"
#include "io/call_error.h"
#include "io/socket_address.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gds {

struct OutgoingSocket {
    UniqueFd socket; // as Accepted::socket
    std::optional<SocketAddress> peer;
};

// Of a numeric address: itself. Throws CallError.
Task<std::vector<SocketAddress>> look_up_host(std::string host);

struct ConnectPatience {
    std::chrono::milliseconds each{10'000}; // address
    std::chrono::milliseconds whole{30'000}; // with the look-up
};

// One address after the other, in the order of the resolver. Throws CallError, of the last one that
// at least answered.
Task<OutgoingSocket> connect_to(std::string host, std::uint16_t port,
                                ConnectPatience patience = ConnectPatience{});

} // namespace gds
