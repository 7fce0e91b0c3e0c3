// SPDX-License-Identifier: GPL-2.0-or-later
// with_timeout: races a task against a timer and drops the loser. Throws TimedOut when the timer
// wins. The deadline is a total, not an idle time.
#pragma once

#include "base/errors.h"
#include "base/source.h"
#include "base/task.h"

#include <chrono>
#include <coroutine>
#include <functional>
#include <utility>

namespace gds {

namespace detail {

// A timer that does not punish tasks for time in which this process did not run (SIGSTOP, a
// debugger): one that fires very late gives a short grace first.
class DeadlineTimer {
public:
    explicit DeadlineTimer(std::chrono::milliseconds very_late) : very_late_(very_late) {}
    void start(std::chrono::milliseconds limit, std::function<void()> on_deadline);
    void stop() noexcept { timer_.reset(); }

private:
    void arm(std::chrono::milliseconds delay);

    std::chrono::milliseconds very_late_;
    Source timer_;
    std::function<void()> on_deadline_;
    std::int64_t due_ = 0; // g_get_monotonic_time()
    bool grace_given_ = false;
};

// Lives in the frame of with_timeout, and so does the task: the timer fires from the main loop,
// when the task is suspended, so that unwinding that frame may drop it there and then.
template <typename T>
class Race {
public:
    Race(Task<T> task, std::chrono::milliseconds limit, std::chrono::milliseconds very_late)
        : task_(std::move(task)), limit_(limit), timer_(very_late)
    {}
    Race(const Race&) = delete;
    Race& operator=(const Race&) = delete;

    struct Awaiter {
        Race& race;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> parent)
        {
            if (race.task_.start(parent)) {
                return false;
            }
            race.timer_.start(race.limit_, [self = &race, parent] {
                self->late_ = true;
                parent.resume();
            });
            return true;
        }
        T await_resume()
        {
            race.timer_.stop();
            if (race.late_) {
                throw TimedOut{};
            }
            return race.task_.result();
        }
    };
    Awaiter end() { return Awaiter{*this}; }

private:
    Task<T> task_;
    std::chrono::milliseconds limit_;
    DeadlineTimer timer_;
    bool late_ = false;
};

} // namespace detail

template <typename T>
Task<T> with_timeout(Task<T> task, std::chrono::milliseconds limit,
                     std::chrono::milliseconds very_late = std::chrono::milliseconds{500})
{
    detail::Race<T> race{std::move(task), limit, very_late};
    co_return co_await race.end();
}

} // namespace gds
