// SPDX-License-Identifier: GPL-2.0-or-later
// SharedResult<T>: what is computed once and awaited by any number of tasks. Held (shared_ptr) by
// who computes it and by who waits. Each waiter is resumed from an idle callback of its own. Main
// thread.
#pragma once

#include "base/task.h"
#include "base/wakeup.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace gds {

template <typename T>
class SharedResult {
public:
    SharedResult() = default;
    SharedResult(const SharedResult&) = delete;
    SharedResult& operator=(const SharedResult&) = delete;

    bool ready() const { return has_value() || error_; }
    bool has_value() const { return value_.has_value(); }
    void set(T value)
    {
        value_.emplace(std::move(value));
        wake();
    }
    void fail(std::exception_ptr error)
    {
        error_ = std::move(error);
        wake();
    }

    Task<> wait()
    {
        if (ready()) {
            co_return;
        }
        Waiter waiter{*this};
        co_await waiter.wakeup.wait();
    }
    // Once it is ready; throws what the computation threw.
    const T& get() const
    {
        if (error_) {
            std::rethrow_exception(error_);
        }
        return *value_;
    }

private:
    struct Waiter {
        explicit Waiter(SharedResult& shared) : result(shared) { result.waiters_.push_back(this); }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() { std::erase(result.waiters_, this); }

        SharedResult& result;
        Wakeup wakeup;
    };

    void wake()
    {
        for (auto* each : waiters_) {
            each->wakeup.set();
        }
    }

    std::optional<T> value_;
    std::exception_ptr error_;
    std::vector<Waiter*> waiters_;
};

} // namespace gds
