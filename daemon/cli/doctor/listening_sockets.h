// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens on which TCP port of this computer, as far as /proc tells without being root.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gds::cli {

struct ListeningSocket {
    std::uint16_t port = 0;
    unsigned long inode = 0;
};

// The text of /proc/net/tcp or /proc/net/tcp6; only what listens.
std::vector<ListeningSocket> parse_tcp_table(std::string_view text);

// The program whose socket it is, "name (process 123)"; empty for other users' ones.
std::string owner_of_socket(unsigned long inode);

// Whoever listens on the port: a name from the above, or empty where there is none to be had.
struct PortOwner {
    bool taken = false;
    std::string owner;
};
PortOwner find_port_owner(std::uint16_t port);

} // namespace gds::cli
