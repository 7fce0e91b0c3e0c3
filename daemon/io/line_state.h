// SPDX-License-Identifier: GPL-2.0-or-later
// LineState: what the kernel knows of the line behind a TCP socket. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gds {

struct LineState {
    // Octets that the kernel holds: written and not yet acknowledged by the peer.
    std::uint64_t queued = 0;
    // The shortest round trip seen: that of the line itself, without queues.
    std::chrono::microseconds least_round_trip{0};
    // Octets per second that the peer took while there was enough to take; 0: not known yet.
    std::uint64_t delivery_rate = 0;
};

// Nothing where there is no TCP.
std::optional<LineState> line_state_of(int socket);

} // namespace gds
