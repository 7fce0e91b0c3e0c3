// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/worker_pool.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace gds {

namespace {

using JobPtr = std::shared_ptr<detail::WorkerJob>;

gboolean deliver(gpointer data)
{
    // Copied: resuming may drop everything else that keeps the job.
    const JobPtr job = *static_cast<JobPtr*>(data);
    const auto waiter = std::exchange(job->waiter, nullptr);
    if (waiter && job->handed_over()) {
        waiter.resume();
    }
    return G_SOURCE_REMOVE;
}

void release(gpointer data) { const std::unique_ptr<JobPtr> owned{static_cast<JobPtr*>(data)}; }

// Gives the worker's reference away, so that the job is released where it was made.
void hand_back(JobPtr job)
{
    auto* context = g_main_context_ref(job->context());
    GSource* source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, deliver, std::make_unique<JobPtr>(std::move(job)).release(),
                          release);
    g_source_attach(source, context);
    g_source_unref(source);
    g_main_context_unref(context);
}

// Signals belong to the main thread; a new thread inherits the mask.
class BlockedSignals {
public:
    BlockedSignals()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

private:
    sigset_t before_;
};

void lower_priority(int nice)
{
    // On Linux niceness belongs to the thread when it is set by thread id.
    const auto self = static_cast<id_t>(gettid());
    const int now = getpriority(PRIO_PROCESS, self);
    setpriority(PRIO_PROCESS, self, std::min(now + nice, 19));
}

} // namespace

struct WorkerPool::Impl {
    // Jobs that wait for one and the same.
    struct Lane {
        std::deque<JobPtr> queue;
        unsigned threads = 0;
    };

    Impl(int nice_given, std::chrono::milliseconds patience_given)
        : nice(nice_given), patience(patience_given)
    {}

    const int nice;
    // How long the end waits for jobs that wait for others.
    const std::chrono::milliseconds patience;
    std::mutex mutex;
    std::condition_variable work_or_end;
    std::deque<JobPtr> queue;
    bool ending = false;
    std::vector<std::thread> threads;
    std::array<Lane, k_waits_for> lanes;
    std::condition_variable apart_ended;

    void work()
    {
        pthread_setname_np(pthread_self(), "gds-worker");
        lower_priority(nice);
        std::unique_lock lock{mutex};
        while (true) {
            work_or_end.wait(lock, [this] { return ending || !queue.empty(); });
            if (ending) {
                return;
            }
            auto job = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            do_job(std::move(job));
            lock.lock();
        }
    }

    // Until the lane is empty; then the thread ends.
    void work_apart(Lane& lane, JobPtr job)
    {
        pthread_setname_np(pthread_self(), "gds-apart");
        lower_priority(nice);
        std::unique_lock lock{mutex, std::defer_lock};
        while (true) {
            do_job(std::move(job));
            lock.lock();
            if (ending || lane.queue.empty()) {
                --lane.threads;
                apart_ended.notify_all();
                return;
            }
            job = std::move(lane.queue.front());
            lane.queue.pop_front();
            lock.unlock();
        }
    }

    static void do_job(JobPtr job)
    {
        job->work();
        job->hand_over();
        hand_back(std::move(job));
    }

    bool nobody_apart() const
    {
        return std::ranges::all_of(lanes, [](const Lane& lane) { return lane.threads == 0; });
    }
};

WorkerPool::WorkerPool(unsigned threads, int nice, std::chrono::milliseconds patience)
    : impl_(std::make_shared<Impl>(nice, patience))
{
    const BlockedSignals blocked;
    for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
        impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
    }
}

WorkerPool::~WorkerPool()
{
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->ending = true;
    }
    impl_->work_or_end.notify_all();
    for (auto& thread : impl_->threads) {
        thread.join();
    }
    std::unique_lock lock{impl_->mutex};
    for (auto& lane : impl_->lanes) {
        lane.queue.clear();
    }
    impl_->apart_ended.wait_for(lock, impl_->patience, [this] { return impl_->nobody_apart(); });
}

void WorkerPool::submit(std::shared_ptr<detail::WorkerJob> job)
{
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->queue.push_back(std::move(job));
    }
    impl_->work_or_end.notify_one();
}

void WorkerPool::submit_apart(WaitsFor whom, std::shared_ptr<detail::WorkerJob> job)
{
    auto& lane = impl_->lanes.at(static_cast<std::size_t>(whom));
    const std::lock_guard lock{impl_->mutex};
    if (lane.threads == k_most_apart) {
        // Nobody waits any more for what these were to find out; they must not pile up.
        std::erase_if(lane.queue, [](const JobPtr& queued) { return !queued->waiter; });
        lane.queue.push_back(std::move(job));
        return;
    }
    const BlockedSignals blocked;
    std::thread{[impl = impl_, &lane, job = std::move(job)]() mutable {
        impl->work_apart(lane, std::move(job));
    }}.detach();
    ++lane.threads;
}

} // namespace gds
