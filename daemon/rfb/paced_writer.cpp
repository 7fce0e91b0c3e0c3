// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/paced_writer.h"

#include "base/errors.h"
#include "base/source.h"
#include "base/timeout.h"
#include "rfb/line_pace.h"

#include <algorithm>

namespace gds {

namespace {

// What is handed to the stream at a time: the time limit for a client that takes nothing counts
// anew with each.
constexpr std::size_t k_piece = std::size_t{64} * 1024;
// On a slow line: a whole TLS record.
constexpr std::size_t k_slow_piece = std::size_t{16} * 1024;

} // namespace

Task<> PacedWriter::flush()
{
    const Bytes going = out_.take();
    ByteView rest{going};
    try {
        while (!rest.empty()) {
            auto writing = write_what_fits(rest.first(std::min(rest.size(), k_piece)));
            const auto written = co_await with_timeout(std::move(writing), no_progress_);
            rest = rest.subspan(written);
        }
    } catch (const TimedOut&) {
        throw TimedOut{"took no data for too long"};
    }
}

Task<std::size_t> PacedWriter::write_what_fits(ByteView octets)
{
    LineRoom room = room_on(connection_.line_state());
    while (room.octets == 0) {
        co_await sleep_for(room.pause);
        room = room_on(connection_.line_state());
    }
    worth_ = room.octets < k_piece ? k_slow_piece : k_piece;
    const ByteView now = octets.first(std::min(octets.size(), room.octets));
    co_await connection_.stream().write(now);
    co_return now.size();
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
