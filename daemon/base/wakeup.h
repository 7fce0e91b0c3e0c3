// SPDX-License-Identifier: GPL-2.0-or-later
// An auto-reset event for one waiter: `co_await wakeup.wait()` returns after the next set(), or at
// once when set() came before. set() resumes the waiter from idle, never from within the caller.
// Main thread.
#pragma once

#include "base/source.h"

#include <coroutine>

namespace gds {

class Wakeup {
public:
    Wakeup() = default;
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    void set();

    struct Awaiter {
        Wakeup& wakeup;
        bool await_ready() const noexcept { return wakeup.set_; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { wakeup.waiter_ = waiter; }
        void await_resume() noexcept { wakeup.set_ = false; }
        ~Awaiter()
        {
            wakeup.waiter_ = nullptr;
            wakeup.idle_.reset();
        }
    };
    Awaiter wait() { return Awaiter{*this}; }

private:
    std::coroutine_handle<> waiter_;
    Source idle_;
    bool set_ = false;
};

} // namespace gds
