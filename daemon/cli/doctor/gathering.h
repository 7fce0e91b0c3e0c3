// SPDX-License-Identifier: GPL-2.0-or-later
// Gathering: facts that are looked for on a thread of their own, and for so long and no longer.
// What it waits for may never answer (a bus, a file system, PipeWire), so that the thread is left
// to itself: whoever has missed one in time ends the process without waiting for anything.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace gds::cli {

template <typename T>
class Gathering {
public:
    // The time counts from here on. `gather` owns what it works on.
    Gathering(std::function<T()> gather, std::chrono::milliseconds limit)
        : due_(std::chrono::steady_clock::now() + limit)
    {
        std::packaged_task<T()> job{std::move(gather)};
        answer_ = job.get_future();
        std::thread{std::move(job)}.detach();
    }

    // Nothing when there was no answer in time, or none at all: then failure() says why.
    std::optional<T> wait()
    {
        if (answer_.wait_until(due_) != std::future_status::ready) {
            late_ = true;
            return std::nullopt;
        }
        try {
            return answer_.get();
        } catch (const std::exception& error) {
            failure_ = error.what();
            return std::nullopt;
        }
    }
    bool late() const { return late_; }
    const std::string& failure() const { return failure_; }

private:
    std::chrono::steady_clock::time_point due_;
    std::future<T> answer_;
    bool late_ = false;
    std::string failure_;
};

} // namespace gds::cli
