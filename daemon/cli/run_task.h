// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one Task to its end on a main loop of its own, for a program that does one thing.
#pragma once

#include "base/task.h"
#include "base/task_scope.h"
#include "base/timeout.h"

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <glib.h>

namespace gds::cli {

// Throws what the task throws, or TimedOut.
template <typename T>
T run_task(Task<T> task, std::chrono::milliseconds limit)
{
    using Kept = std::conditional_t<std::is_void_v<T>, bool, T>;
    const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop{
        g_main_loop_new(g_main_context_get_thread_default(), FALSE), g_main_loop_unref};
    std::optional<Kept> kept;
    std::exception_ptr failure;
    auto keep = [](Task<T> inner, std::optional<Kept>& result) -> Task<> {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(inner);
            result = true;
        } else {
            auto value = co_await std::move(inner);
            result = std::move(value);
        }
    };
    TaskScope scope;
    scope.spawn(keep(with_timeout(std::move(task), limit), kept), [&](std::exception_ptr error) {
        failure = error;
        g_main_loop_quit(loop.get());
    });
    g_main_loop_run(loop.get());
    if (failure) {
        std::rethrow_exception(failure);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*kept);
    }
}

} // namespace gds::cli
