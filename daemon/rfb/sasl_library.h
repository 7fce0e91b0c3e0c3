// SPDX-License-Identifier: GPL-2.0-or-later
// Cyrus SASL of this process: initialised once, with our locks and our log, and without any file of
// the administrator (what a mechanism may ask is answered per connection, see sasl_exchange.h).
#pragma once

#include <string>
#include <vector>

namespace gds {

// Loads the library's plug-ins at the first call, which takes some milliseconds: call it at
// start-up. Returns the mechanisms that they provide to a server, in no order; empty when the
// library is unusable. Any thread.
const std::vector<std::string>& installed_sasl_mechanisms();

// Those of `wanted` that are installed, in the order of `wanted`.
std::vector<std::string> usable_sasl_mechanisms(const std::vector<std::string>& wanted);

} // namespace gds
