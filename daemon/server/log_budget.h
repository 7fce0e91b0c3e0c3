// SPDX-License-Identifier: GPL-2.0-or-later
// How many records of the journal strangers may cost: so many per source and minute. Pure logic
// over a clock value; owned by the server.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace gds {

class LogBudget {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds k_period{60};
    static constexpr std::size_t k_lines = 20;
    static constexpr std::size_t k_sources = 1024;

    explicit LogBudget(std::size_t lines = k_lines) : lines_(lines) {}

    enum class Verdict {
        write,
        left_out,
        first_left_out, // worth saying once
    };
    Verdict judge(const std::string& source, Time now)
    {
        if (now - begin_ >= k_period) {
            begin_ = now;
            spent_.clear();
        }
        const auto found = spent_.find(source);
        if (found == spent_.end() && spent_.size() >= k_sources) {
            return Verdict::left_out;
        }
        const std::size_t spent = ++spent_[source];
        if (spent <= lines_) {
            return Verdict::write;
        }
        return spent == lines_ + 1 ? Verdict::first_left_out : Verdict::left_out;
    }
    bool may_log(const std::string& source, Time now)
    {
        return judge(source, now) == Verdict::write;
    }

private:
    std::size_t lines_;
    Time begin_{};
    std::unordered_map<std::string, std::size_t> spent_;
};

} // namespace gds
