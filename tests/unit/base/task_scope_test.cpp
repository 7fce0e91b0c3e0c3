// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/task_scope.h"

#include "base/source.h"
#include "base/wakeup.h"
#include "fakes/stream_pair.h"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

// Says when the frame that holds it is gone.
struct Witness {
    bool& gone;
    explicit Witness(bool& flag) : gone(flag) {}
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    ~Witness() { gone = true; }
};

Task<> end_at_once() { co_return; }

Task<> fail_at_once()
{
    throw std::runtime_error{"failed"};
    co_return;
}

Task<> wait_for(Wakeup& wakeup, bool& gone)
{
    const Witness witness{gone};
    co_await wakeup.wait();
}

TEST(TaskScope, RunsATaskAtOnceAndReportsItsEndFromIdle)
{
    TaskScope scope;
    int ended = 0;
    scope.spawn(end_at_once(), [&ended](std::exception_ptr error) { ended += error ? 100 : 1; });
    EXPECT_EQ(ended, 0);
    EXPECT_FALSE(scope.empty());
    test::spin_ready();
    EXPECT_EQ(ended, 1);
    EXPECT_TRUE(scope.empty());
}

TEST(TaskScope, HandsOverTheErrorAfterTheFrameIsGone)
{
    TaskScope scope;
    std::string what;
    scope.spawn(fail_at_once(), [&what](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::runtime_error& reason) {
            what = reason.what();
        }
    });
    scope.spawn(fail_at_once()); // logged
    test::spin_ready();
    EXPECT_EQ(what, "failed");
}

TEST(TaskScope, ReportsATaskThatEndedAfterAWait)
{
    Wakeup wakeup;
    bool gone = false;
    bool gone_when_told = false;
    TaskScope scope;
    scope.spawn(wait_for(wakeup, gone), [&](std::exception_ptr) { gone_when_told = gone; });
    test::spin_ready();
    EXPECT_FALSE(gone);
    wakeup.set();
    test::spin_ready();
    EXPECT_TRUE(gone_when_told);
    EXPECT_TRUE(scope.empty());
}

TEST(TaskScope, DropsWhatStillRuns)
{
    Wakeup wakeup;
    bool gone = false;
    bool told = false;
    {
        TaskScope scope;
        scope.spawn(wait_for(wakeup, gone), [&told](std::exception_ptr) { told = true; });
    }
    EXPECT_TRUE(gone);
    wakeup.set();
    test::spin_ready();
    EXPECT_FALSE(told);
}

Task<> cancel_all(TaskScope& scope, Wakeup& wakeup, bool& cancelled)
{
    co_await wakeup.wait();
    scope.cancel_soon([&cancelled] { cancelled = true; });
    // Still running: nothing of this frame is gone.
    co_await sleep_for(1h);
}

TEST(TaskScope, CancelsFromWithinOneOfItsTasks)
{
    Wakeup first;
    Wakeup second;
    bool gone = false;
    bool cancelled = false;
    TaskScope scope;
    scope.spawn(cancel_all(scope, first, cancelled));
    scope.spawn(wait_for(second, gone));
    first.set();
    test::spin_ready();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(gone);
    EXPECT_TRUE(scope.empty());
    // It can be used again.
    bool ended = false;
    scope.spawn(end_at_once(), [&ended](std::exception_ptr) { ended = true; });
    test::spin_ready();
    EXPECT_TRUE(ended);
}

TEST(TaskScope, MayBeDroppedByItsOwnCallbacks)
{
    auto scope = std::make_unique<TaskScope>();
    Wakeup wakeup;
    bool gone = false;
    int told = 0;
    scope->spawn(wait_for(wakeup, gone));
    scope->spawn(end_at_once(), [&](std::exception_ptr) {
        ++told;
        scope.reset();
    });
    scope->spawn(end_at_once(), [&](std::exception_ptr) { ++told; });
    test::spin_ready();
    EXPECT_EQ(told, 1); // the second belonged to what was dropped
    EXPECT_TRUE(gone);

    scope = std::make_unique<TaskScope>();
    scope->cancel_soon([&scope] { scope.reset(); });
    test::spin_ready();
    EXPECT_EQ(scope, nullptr);
}

Task<> spawn_another(TaskScope& scope, int& left)
{
    if (--left > 0) {
        scope.spawn(spawn_another(scope, left));
    }
    co_return;
}

TEST(TaskScope, TakesNewTasksFromRunningOnes)
{
    TaskScope scope;
    int left = 10;
    scope.spawn(spawn_another(scope, left));
    test::spin_ready();
    EXPECT_EQ(left, 0);
    EXPECT_TRUE(scope.empty());
}

Task<> chain(int depth)
{
    if (depth == 0) {
        co_await sleep_for(1h);
    } else {
        co_await chain(depth - 1);
    }
}

TEST(TaskScope, DropsManyChainsInTheMiddle)
{
    TaskScope scope;
    for (int i = 0; i < 1000; ++i) {
        scope.spawn(chain(3));
    }
    bool cancelled = false;
    scope.cancel_soon([&cancelled] { cancelled = true; });
    test::spin_ready();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(scope.empty());
}

Task<int> one() { co_return 1; }

Task<int> sum(int count)
{
    int total = 0;
    for (int i = 0; i < count; ++i) {
        const int next = co_await one();
        total += next;
    }
    co_return total;
}

TEST(Task, KeepsTheStackFlatInALongLoop) { EXPECT_EQ(test::run_ready(sum(100000)), 100000); }

} // namespace
} // namespace gds
