// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/worker_pool.h"

#include "fakes/stream_pair.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::run_loop;

Task<int> add_on_worker(WorkerPool& pool, int a, int b)
{
    auto job = [a, b] { return a + b; };
    co_return co_await pool.run(std::move(job));
}

TEST(WorkerPool, ComputesOnAnotherThreadAndReturnsOnThisOne)
{
    WorkerPool pool{2};
    EXPECT_EQ(run_loop(add_on_worker(pool, 2, 3)), 5);
    const auto worker = run_loop(pool.run([] { return std::this_thread::get_id(); }));
    EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(WorkerPool, HandsOverExceptions)
{
    WorkerPool pool{1};
    EXPECT_THROW(run_loop(pool.run([]() -> int { throw std::runtime_error{"failed"}; })),
                 std::runtime_error);
    EXPECT_THROW(run_loop(pool.run([] { throw std::logic_error{"failed"}; })), std::logic_error);
}

TEST(WorkerPool, TakesJobsAndResultsThatOnlyMove)
{
    WorkerPool pool{1};
    auto job = [owned = std::make_unique<int>(9)]() mutable { return std::move(owned); };
    EXPECT_EQ(*run_loop(pool.run(std::move(job))), 9);
}

TEST(WorkerPool, RunsManyJobs)
{
    WorkerPool pool{3};
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 500; ++i) {
        tasks.push_back(add_on_worker(pool, i, 1));
        tasks.back().start();
    }
    for (int i = 0; i < 500; ++i) {
        auto& task = tasks[static_cast<std::size_t>(i)];
        EXPECT_TRUE(test::spin_until([&task] { return task.done(); }));
        EXPECT_EQ(task.result(), i + 1);
    }
}

TEST(WorkerPool, LowersItsPriority)
{
    WorkerPool pool{1, 3};
    const int mine = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
    const int its =
        run_loop(pool.run([] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }));
    EXPECT_EQ(its, std::min(mine + 3, 19));
    EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())), mine);
}

// Where the job is released is where it was made, so that what it captured needs no lock.
struct ReleasedOn {
    std::thread::id& thread;
    explicit ReleasedOn(std::thread::id& id) : thread(id) {}
    ReleasedOn(const ReleasedOn&) = delete;
    ReleasedOn& operator=(const ReleasedOn&) = delete;
    ~ReleasedOn() { thread = std::this_thread::get_id(); }
};

TEST(WorkerPool, DropsTheResultOfADroppedWaiter)
{
    std::thread::id released;
    std::atomic<bool> started = false;
    std::atomic<bool> may_end = false;
    WorkerPool pool{1};
    {
        auto capture = std::make_shared<ReleasedOn>(released);
        auto job = [capture = std::move(capture), &started, &may_end] {
            started = true;
            while (!may_end) {
                std::this_thread::yield();
            }
            return 1;
        };
        auto task = pool.run(std::move(job));
        EXPECT_FALSE(task.start());
        EXPECT_TRUE(test::spin_until([&started] {
            std::this_thread::yield();
            g_main_context_wakeup(nullptr);
            return started.load();
        }));
    }
    may_end = true;
    const Source tick = call_every(std::chrono::milliseconds{1}, [] {});
    EXPECT_TRUE(test::spin_until([&released] { return released == std::this_thread::get_id(); }));
}

TEST(WorkerPool, DropsJobsThatWaitWhenItEnds)
{
    std::atomic<int> ran = 0;
    std::vector<Task<>> tasks;
    {
        WorkerPool pool{1};
        for (int i = 0; i < 100; ++i) {
            tasks.push_back(pool.run([&ran] {
                ++ran;
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            }));
            tasks.back().start();
        }
    }
    const int at_end = ran;
    EXPECT_LT(at_end, 100);
    tasks.clear();
    test::spin_ready();
    EXPECT_EQ(ran, at_end);
}

// A job that hangs until the test lets go.
struct Gate {
    std::atomic<bool> open = false;
    std::atomic<int> inside = 0;
    std::atomic<int> passed = 0;
};

Task<> wait_apart(WorkerPool& pool, WaitsFor whom, std::shared_ptr<Gate> gate)
{
    auto job = [gate] {
        ++gate->inside;
        while (!gate->open) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
        ++gate->passed;
    };
    co_await pool.run_apart(whom, std::move(job));
}

TEST(WorkerPool, WhoWaitsApartHoldsUpNobody)
{
    WorkerPool pool{1};
    const auto gate = std::make_shared<Gate>();
    std::vector<Task<>> hanging;
    for (unsigned i = 0; i < WorkerPool::k_most_apart; ++i) {
        hanging.push_back(wait_apart(pool, WaitsFor::kerberos, gate));
        hanging.back().start();
    }
    const Source tick = call_every(std::chrono::milliseconds{1}, [] {});
    EXPECT_TRUE(test::spin_until([&gate] { return gate->inside == WorkerPool::k_most_apart; }));
    // Those who compute, and those who wait for another.
    EXPECT_EQ(run_loop(add_on_worker(pool, 2, 3)), 5);
    EXPECT_EQ(run_loop(pool.run_apart(WaitsFor::saslauthd, [] { return 7; })), 7);

    // No thread is left: this one queues, and one whose waiter has gone is forgotten.
    auto queued = wait_apart(pool, WaitsFor::kerberos, gate);
    queued.start();
    auto gone = wait_apart(pool, WaitsFor::kerberos, gate);
    gone.start();
    gone = {};
    auto last = wait_apart(pool, WaitsFor::kerberos, gate);
    last.start();
    gate->open = true;
    EXPECT_TRUE(test::spin_until([&] {
        return queued.done() && last.done() &&
               std::ranges::all_of(hanging, [](const Task<>& task) { return task.done(); });
    }));
    EXPECT_EQ(gate->passed, WorkerPool::k_most_apart + 2);
}

TEST(WorkerPool, DoesNotWaitForeverForThoseApart)
{
    const auto gate = std::make_shared<Gate>();
    Task<> hanging;
    {
        WorkerPool pool{1, 0, std::chrono::milliseconds{20}};
        hanging = wait_apart(pool, WaitsFor::saslauthd, gate);
        hanging.start();
        const Source tick = call_every(std::chrono::milliseconds{1}, [] {});
        EXPECT_TRUE(test::spin_until([&gate] { return gate->inside == 1; }));
        hanging = {};
    }
    EXPECT_EQ(gate->passed, 0);
    gate->open = true;
    const Source tick = call_every(std::chrono::milliseconds{1}, [] {});
    EXPECT_TRUE(test::spin_until([&gate] { return gate.use_count() == 1; }));
}

} // namespace
} // namespace gds
