// SPDX-License-Identifier: GPL-2.0-or-later
// A GSource with one owner, and the waits that are made of one: a descriptor that is ready, a time
// that has passed. All attach to the thread-default GMainContext.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <glib.h>

namespace gds {

// Detaches and releases its GSource when dropped.
class Source {
public:
    Source() noexcept = default;
    explicit Source(GSource* adopted) noexcept : source_(adopted) {}
    Source(Source&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
    Source& operator=(Source&& other) noexcept;
    ~Source() { reset(); }

    void reset() noexcept;
    explicit operator bool() const noexcept { return source_ != nullptr; }
    GSource* get() const noexcept { return source_; }

private:
    GSource* source_ = nullptr;
};

// Calls `once` from an idle turn, or after `delay`; dropping the Source forgets it.
Source call_soon(std::function<void()> once);
Source call_after(std::chrono::milliseconds delay, std::function<void()> once);
// Calls `each` every `period` until dropped.
Source call_every(std::chrono::milliseconds period, std::function<void()> each);

// One-shot wait; dropping it while it waits detaches the source.
class [[nodiscard]] SourceAwaiter {
public:
    explicit SourceAwaiter(GSource* adopted) : source_(adopted) {}
    SourceAwaiter(const SourceAwaiter&) = delete;
    SourceAwaiter& operator=(const SourceAwaiter&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() noexcept { source_.reset(); }

private:
    Source source_;
    std::coroutine_handle<> waiter_;
};

SourceAwaiter readable(int fd);
// Any one of them.
SourceAwaiter readable(std::span<const int> fds);
SourceAwaiter writable(int fd);
SourceAwaiter sleep_for(std::chrono::milliseconds duration);

// For one who waits for the same descriptor again and again: the source stays attached from one
// wait to the next, as to attach one wakes the main loop once more. It goes when nobody waits.
class Readiness {
public:
    // `fd` stays open until this is dropped.
    explicit Readiness(int fd);
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;
    ~Readiness();

    class [[nodiscard]] Awaiter;
    // One waits at a time; the wait may outlive this, and then does not end.
    Awaiter readable();

private:
    struct State;
    std::shared_ptr<State> state_;
};

class [[nodiscard]] Readiness::Awaiter {
public:
    explicit Awaiter(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter();

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() const noexcept {}

private:
    std::shared_ptr<State> state_;
};

} // namespace gds
