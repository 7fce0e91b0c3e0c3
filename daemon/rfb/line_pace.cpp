// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/line_pace.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace gds {

namespace {

// Beyond the line's own round trip, so that it never runs dry between two looks.
constexpr std::chrono::microseconds k_spare{40'000};
// TCP's own first burst is about this, and any line takes it.
constexpr std::uint64_t k_always = 16 * 1024;
// Less is not worth a packet.
constexpr std::uint64_t k_least = 1024;
constexpr double k_shortest = 1;
constexpr double k_longest = 50;
constexpr std::chrono::milliseconds k_longest_pause{static_cast<int>(k_longest)};

} // namespace

LineRoom room_on(const std::optional<LineState>& line)
{
    if (!line) {
        return {std::numeric_limits<std::size_t>::max(), {}};
    }
    const double per_millisecond = static_cast<double>(line->delivery_rate) / 1e3;
    const double window = static_cast<double>((line->least_round_trip + k_spare).count()) / 1e3;
    // TCP's window ends far below.
    constexpr double k_most = 1 << 30;
    const auto fitting =
        std::max(k_always, static_cast<std::uint64_t>(std::min(per_millisecond * window, k_most)));
    if (line->queued + k_least <= fitting) {
        return {static_cast<std::size_t>(fitting - line->queued), {}};
    }
    const auto over = static_cast<double>(line->queued + k_least - fitting);
    const double pause = per_millisecond > 0 ? over / per_millisecond : k_shortest;
    return {0, std::chrono::milliseconds{
                   static_cast<std::int64_t>(std::clamp(pause, k_shortest, k_longest))}};
}

std::chrono::milliseconds next_pause(const LineRoom& room, bool took_some,
                                     std::chrono::milliseconds before)
{
    return took_some ? room.pause : std::clamp(before * 2, room.pause, k_longest_pause);
}

} // namespace gds
