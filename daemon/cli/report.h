// SPDX-License-Identifier: GPL-2.0-or-later
// What the control prints about the daemon: for people, and as JSON with the names of the D-Bus
// properties.
#pragma once

#include "cli/service_link.h"

#include <string>
#include <vector>

namespace gds::cli {

std::string status_text(GVariant* status, const std::vector<ClientEntry>& clients);
std::string status_json(GVariant* status, const std::vector<ClientEntry>& clients);
// Empty when nobody is connected.
std::string clients_text(const std::vector<ClientEntry>& clients);
std::string clients_json(const std::vector<ClientEntry>& clients);

} // namespace gds::cli
