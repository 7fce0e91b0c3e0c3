// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the network: the port, the addresses at which others find this desktop, and what
// may keep them out.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/listening_sockets.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gds::cli {

struct NetworkFacts {
    PortOwner port;
    std::vector<std::string> addresses; // of this computer, but for loopback and link-local ones
    std::string firewall; // "firewalld", "ufw", "nftables"; empty: none that shows
};

struct PortWishes {
    std::uint16_t port = 5900;
    bool negotiate = true;
    std::vector<std::string> endpoints; // those of the daemon: `tcp:192.0.2.1:5900`
};

NetworkFacts gather_network(std::uint16_t port);

Findings judge_port(const NetworkFacts& facts, const PortWishes& wishes);
// Both say nothing while nobody listens.
Findings judge_addresses(const NetworkFacts& facts, const std::vector<std::string>& endpoints);
Findings judge_firewall(const NetworkFacts& facts, const std::vector<std::string>& endpoints);

} // namespace gds::cli
