// SPDX-License-Identifier: GPL-2.0-or-later
// How much of a picture may be on its way: what a line takes in its own round trip and a little
// more. The rest waits here, where a newer picture can still take its place, and not in the queues
// of the kernel and of the routers, where it only grows old (the idea is BBR's). Pure.
#pragma once

#include "io/line_state.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace gds {

struct LineRoom {
    std::size_t octets = 0; // that may be written now
    std::chrono::milliseconds pause{0}; // when there is no room: look again after so long
};

// Nothing is known of the line: there is room for anything.
LineRoom room_on(const std::optional<LineState>& line);

// When to look again at a line that still has no room, after it was looked at and put off by
// `before`: later and later while the peer takes nothing, for that may go on for long.
std::chrono::milliseconds next_pause(const LineRoom& room, bool took_some,
                                     std::chrono::milliseconds before);

} // namespace gds
