// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that only compute: `co_await pool.run(job)` calls `job()` on a worker and resumes the
// waiter on the main loop with its value or its exception. Dropping the waiter drops the result;
// the job itself runs on, so it owns (shared_ptr or by value) everything that it touches.
//
// What may wait for somebody else (a key file on a network, a daemon that hangs) goes by
// run_apart(): on a thread of its own, so that nobody who computes waits with it.
#pragma once

#include "base/task.h"

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <glib.h>

namespace gds {

namespace detail {

// One job and, later, its result. Shared by the waiter and the worker. Made and released on the
// thread that asked, so that what the job captured needs no lock.
class WorkerJob {
public:
    WorkerJob() : context_(g_main_context_ref_thread_default()) {}
    WorkerJob(const WorkerJob&) = delete;
    WorkerJob& operator=(const WorkerJob&) = delete;
    virtual ~WorkerJob() { g_main_context_unref(context_); }

    virtual void work() noexcept = 0;
    GMainContext* context() const noexcept { return context_; }

    // The result goes from the worker to the asking thread here, and not only through GLib, whose
    // locks a thread checker does not see.
    void hand_over() noexcept { handed_over_.store(true, std::memory_order_release); }
    bool handed_over() const noexcept { return handed_over_.load(std::memory_order_acquire); }

    // Read and written by the asking thread only.
    std::coroutine_handle<> waiter;

private:
    GMainContext* context_;
    std::atomic<bool> handed_over_ = false;
};

template <typename Job, typename T>
class WorkerCall final : public WorkerJob {
public:
    explicit WorkerCall(Job job) : job_(std::move(job)) {}

    void work() noexcept override
    {
        try {
            if constexpr (std::is_void_v<T>) {
                job_();
            } else {
                value_.emplace(job_());
            }
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    T take()
    {
        if (error_) {
            std::rethrow_exception(error_);
        }
        if constexpr (!std::is_void_v<T>) {
            return std::move(*value_);
        }
    }

private:
    Job job_;
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value_;
    std::exception_ptr error_;
};

} // namespace detail

// Whom a job may wait for. Those who wait for one have nothing to do with those who wait for
// another.
enum class WaitsFor {
    kerberos, // logins to us
    keytab,
    saslauthd,
    sasldb,
    name_service,
    proxy, // logins of ours, by Kerberos
};
inline constexpr std::size_t k_waits_for = 6;

class WorkerPool {
public:
    // Threads of run_apart() per WaitsFor; further jobs queue.
    static constexpr unsigned k_most_apart = 8;

    // `nice` is added to the workers' niceness, so that encoding gives way to the compositor.
    explicit WorkerPool(unsigned threads, int nice = 5,
                        std::chrono::milliseconds patience = std::chrono::milliseconds{500});
    // Waits for the jobs that run; those that wait for a worker are dropped. A job of run_apart()
    // that does not end within `patience` is left alone.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Job: a copyable or movable callable without arguments. In a coroutine bind it to a name
    // first:
    //     auto job = [frame, rect] { return encode(*frame, rect); };
    //     auto bytes = co_await pool.run(std::move(job));
    template <typename Job>
    auto run(Job job) -> Task<decltype(job())>;

    // The same for a job that may block without limit. The waiter sets the deadline.
    template <typename Job>
    auto run_apart(WaitsFor whom, Job job) -> Task<decltype(job())>;

private:
    struct Impl;

    class Wait {
    public:
        Wait(WorkerPool& pool, std::shared_ptr<detail::WorkerJob> job,
             std::optional<WaitsFor> apart)
            : pool_(pool), job_(std::move(job)), apart_(apart)
        {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() { job_->waiter = nullptr; }
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter)
        {
            job_->waiter = waiter;
            if (apart_) {
                pool_.submit_apart(*apart_, job_);
            } else {
                pool_.submit(job_);
            }
        }
        void await_resume() const noexcept {}

    private:
        WorkerPool& pool_;
        std::shared_ptr<detail::WorkerJob> job_;
        std::optional<WaitsFor> apart_;
    };

    void submit(std::shared_ptr<detail::WorkerJob> job);
    void submit_apart(WaitsFor whom, std::shared_ptr<detail::WorkerJob> job);
    Wait done(std::shared_ptr<detail::WorkerJob> job, std::optional<WaitsFor> apart = {})
    {
        return Wait{*this, std::move(job), apart};
    }

    std::shared_ptr<Impl> impl_;
};

template <typename Job>
auto WorkerPool::run(Job job) -> Task<decltype(job())>
{
    using Call = detail::WorkerCall<Job, decltype(job())>;
    const auto call = std::make_shared<Call>(std::move(job));
    co_await done(call);
    co_return call->take();
}

template <typename Job>
auto WorkerPool::run_apart(WaitsFor whom, Job job) -> Task<decltype(job())>
{
    using Call = detail::WorkerCall<Job, decltype(job())>;
    const auto call = std::make_shared<Call>(std::move(job));
    co_await done(call, whom);
    co_return call->take();
}

} // namespace gds
