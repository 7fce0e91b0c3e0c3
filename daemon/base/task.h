// SPDX-License-Identifier: GPL-2.0-or-later
// Task<T>: a lazy coroutine with one owner. Dropping the Task cancels it: its frame is destroyed,
// and with it every child task and awaiter that it holds. Main thread only.
//
// A frame must never be destroyed while it runs: roots live in a TaskScope, which drops them from
// idle.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace gds {

template <typename T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
    std::coroutine_handle<> continuation;
    std::exception_ptr error;

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <typename Promise>
        void await_suspend(std::coroutine_handle<Promise> self) noexcept
        {
            if (auto next = self.promise().continuation) {
                next.resume();
            }
        }
        void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <typename T>
struct TaskPromise : TaskPromiseBase {
    std::optional<T> value;

    Task<T> get_return_object() noexcept;
    template <typename U>
    void return_value(U&& result)
    {
        value.emplace(std::forward<U>(result));
    }
    T take()
    {
        if (error) {
            std::rethrow_exception(error);
        }
        return std::move(*value);
    }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() noexcept {}
    void take()
    {
        if (error) {
            std::rethrow_exception(error);
        }
    }
};

} // namespace detail

template <typename T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::TaskPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() noexcept = default;
    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept
    {
        if (this != &other) {
            drop();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Task() { drop(); }

    // True while there is a coroutine behind this object.
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

    // Runs a root until its first wait. `on_end` (may be null) is resumed when it ends after a
    // wait. Returns true if it ended at once.
    bool start(std::coroutine_handle<> on_end = nullptr)
    {
        assert(handle_ && !handle_.done());
        handle_.resume();
        if (handle_.done()) {
            return true;
        }
        handle_.promise().continuation = on_end;
        return false;
    }
    bool done() const noexcept { return handle_ && handle_.done(); }

    // The result of a finished task, or the exception that ended it. Once.
    T result() { return handle_.promise().take(); }

    // Resuming the child here and answering `false` when it finished keeps the stack flat at -O0
    // and under sanitizers, where symmetric transfer is not a tail call.
    struct Awaiter {
        Handle child;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> parent)
        {
            child.resume();
            if (child.done()) {
                return false;
            }
            child.promise().continuation = parent;
            return true;
        }
        T await_resume() { return child.promise().take(); }
    };
    Awaiter operator co_await() const& noexcept { return Awaiter{handle_}; }
    Awaiter operator co_await() const&& noexcept { return Awaiter{handle_}; }

private:
    void drop() noexcept
    {
        if (handle_) {
            std::exchange(handle_, nullptr).destroy();
        }
    }
    Handle handle_;
};

namespace detail {

template <typename T>
Task<T> TaskPromise<T>::get_return_object() noexcept
{
    return Task<T>{std::coroutine_handle<TaskPromise<T>>::from_promise(*this)};
}

inline Task<void> TaskPromise<void>::get_return_object() noexcept
{
    return Task<void>{std::coroutine_handle<TaskPromise<void>>::from_promise(*this)};
}

} // namespace detail
} // namespace gds
