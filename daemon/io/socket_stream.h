// SPDX-License-Identifier: GPL-2.0-or-later
// SocketStream: the bottom of a connection's stack, a non-blocking socket that it owns. Every call
// is tried first and waits only when the kernel says so; one that never has to wait still gives way
// to the main loop after a fixed share of octets, so that no peer holds up the others.
#pragma once

#include "base/source.h"
#include "base/unique_fd.h"
#include "io/byte_stream.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace gds {

class SocketStream final : public ByteStream {
public:
    // `socket` is connected and non-blocking.
    explicit SocketStream(UniqueFd socket);

    Task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    Task<> write(ByteView from) override;

    // Octets that the kernel took or gave; bytes_sent() grows while a write is under way.
    std::uint64_t bytes_sent() const { return bytes_sent_; }
    std::uint64_t bytes_received() const { return bytes_received_; }

    std::optional<LineState> line_state() const override { return line_state_of(socket_.get()); }
    // TCP's smoothed round trip in microseconds; 0 where there is no TCP.
    std::uint32_t round_trip_time() const;
    // Calls `once` with the next octets, either way, and then no more.
    void tell_next_traffic(std::function<void()> once) { on_traffic_ = std::move(once); }
    // Tells the peer that nothing follows.
    void shutdown_write() noexcept;

private:
    // What one direction did since it last waited.
    struct Turn {
        std::size_t octets = 0;
        unsigned calls = 0;
    };

    void note_traffic();

    UniqueFd socket_;
    Readiness incoming_;
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t bytes_received_ = 0;
    Turn reading_;
    Turn writing_;
    std::function<void()> on_traffic_;
};

} // namespace gds
