// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/source.h"

#include "base/log.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>

namespace gds {

namespace {

using Once = std::function<void()>;

// No exception may cross GLib's frames. What arrives here had an owner that should have caught it.
void call_guarded(const Once& callback) noexcept
{
    try {
        callback();
    } catch (const std::exception& error) {
        log_warning(std::string{"unexpected error in a main loop callback: "} + error.what());
    }
}

gboolean run_once(gpointer data)
{
    call_guarded(*static_cast<Once*>(data));
    return G_SOURCE_REMOVE;
}

gboolean run_each(gpointer data)
{
    call_guarded(*static_cast<Once*>(data));
    return G_SOURCE_CONTINUE;
}

void free_callback(gpointer data) { const std::unique_ptr<Once> owned{static_cast<Once*>(data)}; }

Source attach(GSource* adopted, GSourceFunc run, Once callback)
{
    Source source{adopted};
    auto owned = std::make_unique<Once>(std::move(callback));
    g_source_set_callback(adopted, run, owned.release(), free_callback);
    g_source_attach(adopted, g_main_context_get_thread_default());
    return source;
}

guint to_interval(std::chrono::milliseconds duration)
{
    const std::int64_t most = std::numeric_limits<guint>::max();
    return static_cast<guint>(std::clamp<std::int64_t>(duration.count(), 0, most));
}

// G_PRIORITY_DEFAULT and not DEFAULT_IDLE: with busy sockets a lower priority would never get its
// turn.
GSource* new_idle()
{
    GSource* source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    return source;
}

// A descriptor's source with a plain GSourceFunc as callback, so that all waits look alike.
gboolean dispatch_fd(GSource*, GSourceFunc callback, gpointer data)
{
    return callback != nullptr ? callback(data) : G_SOURCE_REMOVE;
}

GSource* new_fd_source(std::span<const int> fds, GIOCondition condition)
{
    static GSourceFuncs funcs = {nullptr, nullptr, dispatch_fd, nullptr, nullptr, nullptr};
    GSource* source = g_source_new(&funcs, sizeof(GSource));
    // No main loop runs within another here. Otherwise GLib takes its descriptors out of the loop
    // while it is dispatched, and wakes the loop for that.
    g_source_set_can_recurse(source, TRUE);
    for (const int fd : fds) {
        g_source_add_unix_fd(source, fd, condition);
    }
    return source;
}

constexpr auto k_readable = static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR);
constexpr auto k_writable = static_cast<GIOCondition>(G_IO_OUT | G_IO_HUP | G_IO_ERR);

} // namespace

Source& Source::operator=(Source&& other) noexcept
{
    if (this != &other) {
        reset();
        source_ = std::exchange(other.source_, nullptr);
    }
    return *this;
}

void Source::reset() noexcept
{
    if (GSource* source = std::exchange(source_, nullptr)) {
        g_source_destroy(source);
        g_source_unref(source);
    }
}

Source call_soon(std::function<void()> once)
{
    return attach(new_idle(), run_once, std::move(once));
}

Source call_after(std::chrono::milliseconds delay, std::function<void()> once)
{
    return attach(g_timeout_source_new(to_interval(delay)), run_once, std::move(once));
}

Source call_every(std::chrono::milliseconds period, std::function<void()> each)
{
    return attach(g_timeout_source_new(to_interval(period)), run_each, std::move(each));
}

void SourceAwaiter::await_suspend(std::coroutine_handle<> waiter)
{
    waiter_ = waiter;
    const auto wake = [](gpointer data) -> gboolean {
        // Resuming may end the coroutine and with it this awaiter: nothing of it is touched
        // afterwards.
        const auto handle = static_cast<SourceAwaiter*>(data)->waiter_;
        handle.resume();
        return G_SOURCE_REMOVE;
    };
    g_source_set_callback(source_.get(), wake, this, nullptr);
    g_source_attach(source_.get(), g_main_context_get_thread_default());
}

SourceAwaiter readable(int fd) { return SourceAwaiter{new_fd_source({&fd, 1}, k_readable)}; }

SourceAwaiter readable(std::span<const int> fds)
{
    return SourceAwaiter{new_fd_source(fds, k_readable)};
}

SourceAwaiter writable(int fd) { return SourceAwaiter{new_fd_source({&fd, 1}, k_writable)}; }

struct Readiness::State {
    explicit State(int descriptor) : fd(descriptor) {}

    static gboolean wake(gpointer self)
    {
        auto& state = *static_cast<State*>(self);
        if (const auto waiter = std::exchange(state.waiter, nullptr)) {
            waiter.resume(); // which may end the state
            return G_SOURCE_CONTINUE;
        }
        state.source.reset();
        return G_SOURCE_REMOVE;
    }

    const int fd;
    bool closed = false;
    Source source;
    std::coroutine_handle<> waiter;
};

Readiness::Readiness(int fd) : state_(std::make_shared<State>(fd)) {}

Readiness::~Readiness()
{
    state_->closed = true;
    state_->source.reset();
}

Readiness::Awaiter Readiness::readable() { return Awaiter{state_}; }

Readiness::Awaiter::~Awaiter() { state_->waiter = nullptr; }

void Readiness::Awaiter::await_suspend(std::coroutine_handle<> waiter)
{
    state_->waiter = waiter;
    if (!state_->source && !state_->closed) {
        GSource* source = new_fd_source({&state_->fd, 1}, k_readable);
        g_source_set_callback(source, State::wake, state_.get(), nullptr);
        g_source_attach(source, g_main_context_get_thread_default());
        state_->source = Source{source};
    }
}

SourceAwaiter sleep_for(std::chrono::milliseconds duration)
{
    return SourceAwaiter{g_timeout_source_new(to_interval(duration))};
}

} // namespace gds
