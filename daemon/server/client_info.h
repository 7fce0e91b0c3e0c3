// SPDX-License-Identifier: GPL-2.0-or-later
// What may be told about one client: a value, copied out of the server for the D-Bus objects.
#pragma once

#include <cstdint>
#include <string>

namespace gds {

struct ClientInfo {
    // Counts connections from 1 up since the start of the daemon; never used twice.
    unsigned number = 0;
    // "authenticating" until its ClientInit, "asking", or "connected": it is shown the desktop.
    std::string state = "authenticating";
    // Empty until the client has authenticated, as are the four below it.
    std::string user;
    std::string address; // "192.0.2.7:51234"; known from the start
    std::string security_type; // the word of the `security-types` setting
    std::string mechanism; // SASL; empty where the type has none
    unsigned ssf = 0; // strength of the channel in bits
    std::int64_t connected_since = 0; // Unix time of the accept, seconds
    bool view_only = false; // in effect for this client now, for whatever reason
    std::string encoding; // as encoding_name() has it; empty before the first update

    // Statistics; these may differ at every look.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t frames_sent = 0;
    std::int64_t last_input = 0; // Unix time of a key or of the pointer, seconds; 0: none
    std::uint32_t round_trip_time = 0; // microseconds, TCP_INFO's tcpi_rtt; 0 for unix sockets

    bool operator==(const ClientInfo&) const = default;
};

} // namespace gds
