// SPDX-License-Identifier: GPL-2.0-or-later
// Frames per second over the last seconds, from a counter that is looked at now and then. Pure
// logic.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace gds {

class FrameRateMeter {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds k_window{5};

    void sample(std::uint64_t frames_so_far, Clock::time_point now)
    {
        if (!samples_.empty() && now - samples_.back().at >= k_window) {
            samples_.clear(); // nobody has looked while nothing was sent
        }
        samples_.push_back({frames_so_far, now});
        // One sample at or beyond the window's far end stays, as the other end of the measure.
        while (samples_.size() > 2 && now - samples_[1].at >= k_window) {
            samples_.pop_front();
        }
    }

    double per_second() const
    {
        if (samples_.size() < 2) {
            return 0;
        }
        const auto& from = samples_.front();
        const auto& to = samples_.back();
        const double seconds = std::chrono::duration<double>(to.at - from.at).count();
        return seconds > 0 ? static_cast<double>(to.frames - from.frames) / seconds : 0;
    }

private:
    struct Sample {
        std::uint64_t frames;
        Clock::time_point at;
    };
    std::deque<Sample> samples_;
};

} // namespace gds
