// SPDX-License-Identifier: GPL-2.0-or-later
// PacedWriter: what a session writes, no faster than the line takes it. Owned by the session's
// updater, the only writer.
#pragma once

#include "io/stream_writer.h"
#include "rfb/connection.h"

#include <chrono>
#include <cstddef>

namespace gds {

class PacedWriter {
public:
    // A client that takes next to nothing for `no_progress` is given up.
    PacedWriter(Connection& connection, const std::chrono::milliseconds& no_progress)
        : connection_(connection), no_progress_(no_progress)
    {}

    StreamWriter& out() { return out_; }
    // As much was put as is worth a flush.
    bool full() const { return out_.size() >= worth_; }
    // Returns when all of it was taken by the stream. Throws TimedOut.
    Task<> flush();

    // Octets that the line takes in this time, as far as it is known; 0: it is not.
    std::size_t taken_within(std::chrono::milliseconds time) const;

private:
    Task<std::size_t> wait_for_room();

    Connection& connection_;
    const std::chrono::milliseconds& no_progress_;
    StreamWriter out_;
    std::size_t worth_ = 0;
};

} // namespace gds
