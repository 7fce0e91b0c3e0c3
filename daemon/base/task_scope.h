// SPDX-License-Identifier: GPL-2.0-or-later
// Owns a family of running root tasks on the thread-default GMainContext. Finished tasks are
// dropped from idle. Destroying the scope cancels what still runs; never destroy it from within one
// of its own tasks: call cancel_soon() there.
#pragma once

#include "base/task.h"

#include <exception>
#include <functional>
#include <memory>

namespace gds {

class TaskScope {
public:
    // `error` is null after a normal end. Called from idle, after the task's frame is gone; not
    // called for a task that was cancelled.
    using OnEnd = std::function<void(std::exception_ptr error)>;

    TaskScope();
    ~TaskScope();
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;

    // Starts the task at once, up to its first wait. An error without an `on_end` is logged.
    void spawn(Task<> task, OnEnd on_end = {});

    // Drops all tasks from idle; `then` runs after that.
    void cancel_soon(std::function<void()> then = {});

    bool empty() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace gds
