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

// One address after the other, in the order of the resolver. Throws CallError, of the last one that
// at least answered. No single one takes more than `patience`.
Task<OutgoingSocket> connect_to(std::string host, std::uint16_t port,
                                std::chrono::milliseconds patience = std::chrono::seconds{10});

} // namespace gds
