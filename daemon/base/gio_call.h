// SPDX-License-Identifier: GPL-2.0-or-later
// Awaits any GIO-style call. `start` is given what such a call takes; the answer is what its
// _finish function takes:
//
//     auto start = [file](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
//         g_file_load_contents_async(file, cancellable, ready, data);
//     };
//     const auto result = co_await gio_call(start);
//     ErrorSlot error;
//     g_file_load_contents_finish(file, result.get(), &contents, &length, nullptr, error.out());
//     error.check();
//
// Dropping the waiter cancels the call; what it answers then is forgotten.
#pragma once

#include "base/gobject_ptr.h"

#include <coroutine>
#include <memory>
#include <utility>

#include <gio/gio.h>

namespace gds {

namespace detail {

// Shared with the callback, which comes even after cancelling.
struct GioState {
    GObjectPtr<GCancellable> cancellable{g_cancellable_new()};
    GObjectPtr<GAsyncResult> result;
    std::coroutine_handle<> waiter;

    static void on_ready(GObject*, GAsyncResult* result, gpointer data)
    {
        const std::unique_ptr<std::shared_ptr<GioState>> box{
            static_cast<std::shared_ptr<GioState>*>(data)};
        const auto state = std::move(*box);
        state->result = GObjectPtr<GAsyncResult>::ref(result);
        if (const auto next = std::exchange(state->waiter, nullptr)) {
            next.resume();
        }
    }
};

} // namespace detail

template <typename Start>
class [[nodiscard]] GioCall {
public:
    explicit GioCall(Start start) : start_(std::move(start)) {}
    GioCall(const GioCall&) = delete;
    GioCall& operator=(const GioCall&) = delete;
    ~GioCall()
    {
        state_->waiter = nullptr;
        if (!state_->result) {
            g_cancellable_cancel(state_->cancellable.get());
        }
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter)
    {
        auto box = std::make_unique<std::shared_ptr<detail::GioState>>(state_);
        start_(state_->cancellable.get(), &detail::GioState::on_ready, box.release());
        if (state_->result) {
            return false; // answered within the call
        }
        state_->waiter = waiter;
        return true;
    }
    GObjectPtr<GAsyncResult> await_resume() const { return state_->result; }

private:
    Start start_;
    std::shared_ptr<detail::GioState> state_ = std::make_shared<detail::GioState>();
};

template <typename Start>
GioCall<Start> gio_call(Start start)
{
    return GioCall<Start>{std::move(start)};
}

} // namespace gds
