// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/line_state.h"

#include <limits>

// Not <netinet/tcp.h>, whose tcp_info ends before the rates.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace gds {

std::optional<LineState> line_state_of(int socket)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    int queued = 0;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        ::ioctl(socket, SIOCOUTQ, &queued) != 0) {
        return std::nullopt;
    }
    LineState state;
    state.queued = static_cast<std::uint64_t>(queued);
    // All ones until there was a round trip.
    if (info.tcpi_min_rtt != std::numeric_limits<std::uint32_t>::max()) {
        state.least_round_trip = std::chrono::microseconds{info.tcpi_min_rtt};
    }
    state.delivery_rate = info.tcpi_delivery_rate;
    return state;
}

} // namespace gds
