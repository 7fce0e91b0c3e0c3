// SPDX-License-Identifier: GPL-2.0-or-later
// Threads that only compute: `co_await pool.run(job)` calls `job()` on a worker and resumes the waiter
// on the main loop with its value or its exception. Dropping the waiter drops the result; the job itself
// runs on, so it owns (shared_ptr or by value) everything that it touches.
#pragma once

#include "base/task.h"

#include <functional>
#include <memory>

namespace gds {

class WorkerPool {
public:
    // `nice` is added to the workers' niceness, so that encoding gives way to the compositor.
    explicit WorkerPool(unsigned threads, int nice = 5);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Job: a copyable or movable callable without arguments. In a coroutine bind it to a name first:
    //     auto job = [frame, rect] { return encode(*frame, rect); };
    //     auto bytes = co_await pool.run(std::move(job));
    template <typename Job>
    auto run(Job job) -> Task<decltype(job())>;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace gds
