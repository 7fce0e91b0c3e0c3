// SPDX-License-Identifier: GPL-2.0-or-later
// A viewer that takes updates and decodes nothing, so that many of them cost little beside the
// server that is measured. It asks for the next update when it has read one.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace gds::bench {

class DrainingViewer {
public:
    // Connects without a password; throws std::runtime_error. `quality` as in ViewerOptions; the
    // number is that of its own address, as viewers of one address are let in a few at a time.
    DrainingViewer(int port, int quality, int number = 1);
    ~DrainingViewer();
    DrainingViewer(const DrainingViewer&) = delete;
    DrainingViewer& operator=(const DrainingViewer&) = delete;

    // From ClientInit until the whole screen was read.
    double first_frame_ms() const { return first_frame_ms_; }

    void drain(); // in a thread of its own from now on
    std::uint64_t updates() const { return updates_; }
    bool alive() const { return alive_; }

private:
    void log_in();
    void ask_for(bool incremental);
    std::int64_t read_update(); // pixels that came with it
    std::int64_t read_rectangle(bool& last);
    void skip_tight(std::int64_t width, std::int64_t height);
    std::uint32_t read_number(int octets);
    std::size_t read_compact_length();
    void skip(std::size_t count);
    void read_octets(std::span<std::uint8_t> target);
    void send_octets(std::span<const std::uint8_t> octets) const;

    int socket_ = -1;
    std::uint32_t width_ = 0;
    std::uint32_t height_ = 0;
    double first_frame_ms_ = 0;
    std::atomic<std::uint64_t> updates_ = 0;
    std::atomic<bool> alive_ = true;
    std::vector<std::uint8_t> buffer_;
    std::size_t read_ = 0; // of what is in the buffer
    std::thread thread_;
};

} // namespace gds::bench
