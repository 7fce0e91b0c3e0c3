// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/paced_writer.h"

#include "base/errors.h"
#include "base/source.h"
#include "base/timeout.h"
#include "rfb/line_pace.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace gds {

namespace {

// What is handed to the stream at a time: the time limit for a client that takes nothing counts
// anew with each.
constexpr std::size_t k_piece = std::size_t{64} * 1024;
// On a slow line: a whole TLS record.
constexpr std::size_t k_slow_piece = std::size_t{16} * 1024;
// Who takes less than this of what is on its way takes nothing.
constexpr std::uint64_t k_progress = 4096;

} // namespace

Task<> PacedWriter::flush()
{
    const Bytes going = out_.take();
    ByteView rest{going};
    try {
        while (!rest.empty()) {
            const auto room = co_await wait_for_room();
            worth_ = room < k_piece ? k_slow_piece : k_piece;
            const ByteView now = rest.first(std::min({rest.size(), room, k_piece}));
            auto writing = connection_.stream().write(now);
            co_await with_timeout(std::move(writing), no_progress_);
            rest = rest.subspan(now.size());
        }
    } catch (const TimedOut&) {
        throw TimedOut{"took no data for too long"};
    }
}

// Octets. Throws TimedOut.
Task<std::size_t> PacedWriter::wait_for_room()
{
    auto line = connection_.line_state();
    LineRoom room = room_on(line);
    std::uint64_t queued = line ? line->queued : 0;
    std::uint64_t queued_at_progress = queued;
    auto progress_at = std::chrono::steady_clock::now();
    auto pause = room.pause;
    while (room.octets == 0) {
        co_await sleep_for(pause);
        line = connection_.line_state();
        room = room_on(line);
        const std::uint64_t left = line ? line->queued : 0;
        pause = next_pause(room, left < queued, pause);
        queued = left;
        const auto now = std::chrono::steady_clock::now();
        if (queued + k_progress <= queued_at_progress) {
            queued_at_progress = queued;
            progress_at = now;
        } else if (now - progress_at >= no_progress_) {
            throw TimedOut{"no room on the line"};
        }
    }
    co_return room.octets;
}

std::size_t PacedWriter::taken_within(std::chrono::milliseconds time) const
{
    const auto line = connection_.line_state();
    if (!line) {
        return 0;
    }
    return static_cast<std::size_t>(static_cast<double>(line->delivery_rate) *
                                    static_cast<double>(time.count()) / 1e3);
}

} // namespace gds
