// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/task_scope.h"

#include "base/log.h"
#include "base/source.h"

#include <list>
#include <string>
#include <utility>
#include <vector>

namespace gds {

namespace {

void log_end(std::exception_ptr error)
{
    try {
        std::rethrow_exception(std::move(error));
    } catch (const std::exception& reason) {
        log_warning(std::string{"a task ended with an error: "} + reason.what());
    }
}

} // namespace

struct TaskScope::Impl : std::enable_shared_from_this<Impl> {
    struct Entry {
        Task<> root;
        OnEnd on_end;
        std::exception_ptr error;
        bool ended = false;
    };
    using Entries = std::list<Entry>;

    Entries entries;
    std::vector<std::function<void()>> after_cancel;
    bool cancelling = false;
    bool closed = false;
    Source idle;

    static Task<> run_root(Impl& scope, Entry& entry, Task<> task)
    {
        try {
            co_await std::move(task);
        } catch (...) {
            entry.error = std::current_exception();
        }
        entry.ended = true;
        scope.tidy_soon();
    }

    void tidy_soon()
    {
        if (!idle && !closed) {
            idle = call_soon([weak = weak_from_this()] {
                // A callback may drop the scope: this reference keeps what is still read here.
                if (const auto self = weak.lock()) {
                    self->idle.reset();
                    self->tidy();
                }
            });
        }
    }

    void tidy()
    {
        Entries ended;
        for (auto entry = entries.begin(); entry != entries.end();) {
            const auto next = std::next(entry);
            if (entry->ended) {
                ended.splice(ended.end(), entries, entry);
            }
            entry = next;
        }
        for (auto& entry : ended) {
            entry.root = Task<>{};
        }
        for (auto& entry : ended) {
            if (closed) {
                return;
            }
            report(entry);
        }
        if (cancelling && !closed) {
            cancelling = false;
            const auto callbacks = std::exchange(after_cancel, {});
            std::exchange(entries, {}).clear();
            for (const auto& then : callbacks) {
                if (closed) {
                    return;
                }
                then();
            }
        }
    }

    static void report(Entry& entry)
    {
        if (entry.on_end) {
            entry.on_end(entry.error);
        } else if (entry.error) {
            log_end(entry.error);
        }
    }
};

TaskScope::TaskScope() : impl_(std::make_shared<Impl>()) {}

TaskScope::~TaskScope()
{
    impl_->closed = true;
    impl_->idle.reset();
    impl_->after_cancel.clear();
    // Clean-up code of a frame may look at the scope: it finds it empty.
    const auto dropped = std::exchange(impl_->entries, {});
}

void TaskScope::spawn(Task<> task, OnEnd on_end)
{
    if (impl_->closed) {
        return;
    }
    auto& entry = impl_->entries.emplace_back();
    entry.on_end = std::move(on_end);
    entry.root = Impl::run_root(*impl_, entry, std::move(task));
    entry.root.start();
}

void TaskScope::cancel_soon(std::function<void()> then)
{
    impl_->cancelling = true;
    if (then) {
        impl_->after_cancel.push_back(std::move(then));
    }
    impl_->tidy_soon();
}

bool TaskScope::empty() const { return impl_->entries.empty(); }

} // namespace gds
