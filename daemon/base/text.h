// SPDX-License-Identifier: GPL-2.0-or-later
// Text of unknown origin, made fit for a log line or a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gds {

// What a peer sent: valid printable UTF-8 stays, everything else is escaped (\n, \x1b), and what
// does not fit into `max` octets is cut with "...".
std::string printable(std::string_view text, std::size_t max = 128);

// printf into a string. A translation may reorder the arguments (%2$s).
[[gnu::format(printf, 1, 2)]] std::string format_text(const char* format, ...);

} // namespace gds
