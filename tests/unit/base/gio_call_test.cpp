// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/gio_call.h"

#include "base/glib_error.h"
#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::run_loop;

// A call as GIO's are: it answers when told to, and with an error once it is cancelled.
struct FakeCall {
    GObjectPtr<GTask> task;
    int started = 0;

    void start(GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data)
    {
        ++started;
        task = GObjectPtr<GTask>{g_task_new(nullptr, cancellable, ready, data)};
    }
    void answer(int value)
    {
        g_task_return_int(task.get(), value);
        task.reset();
    }
};

Task<int> call(FakeCall& fake)
{
    auto start = [&fake](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        fake.start(cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    ErrorSlot error;
    const auto value = g_task_propagate_int(reinterpret_cast<GTask*>(result.get()), error.out());
    error.check();
    co_return static_cast<int>(value);
}

TEST(GioCall, ResumesWithTheAnswer)
{
    FakeCall fake;
    auto task = call(fake);
    EXPECT_FALSE(task.start());
    fake.answer(42);
    EXPECT_TRUE(test::spin_until([&task] { return task.done(); }));
    EXPECT_EQ(task.result(), 42);
}

TEST(GioCall, CancelsWhenItIsDroppedAndForgetsTheAnswer)
{
    FakeCall fake;
    {
        auto task = call(fake);
        EXPECT_FALSE(task.start());
    }
    EXPECT_NE(g_cancellable_is_cancelled(g_task_get_cancellable(fake.task.get())), FALSE);
    fake.answer(42); // comes all the same
    test::spin_ready();
}

Task<std::string> read_file(GFile* file)
{
    auto start = [file](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        g_file_load_contents_async(file, cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    ErrorSlot error;
    char* contents = nullptr;
    gsize length = 0;
    g_file_load_contents_finish(file, result.get(), &contents, &length, nullptr, error.out());
    error.check();
    std::string text{contents, length};
    g_free(contents);
    co_return text;
}

TEST(GioCall, RunsARealCall)
{
    const GObjectPtr<GFile> comm{g_file_new_for_path("/proc/self/comm")};
    EXPECT_FALSE(run_loop(read_file(comm.get())).empty());
    const GObjectPtr<GFile> missing{g_file_new_for_path("/nowhere/at/all")};
    try {
        run_loop(read_file(missing.get()));
        ADD_FAILURE();
    } catch (const GlibError& error) {
        EXPECT_TRUE(error.matches(G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
    }
}

unsigned references(const GObjectPtr<GCancellable>& object)
{
    return reinterpret_cast<const GObject*>(object.get())->ref_count;
}

TEST(GObjectPtr, OwnsOneReference)
{
    GObjectPtr<GCancellable> first{g_cancellable_new()};
    GObjectPtr<GCancellable> second = first;
    EXPECT_EQ(first.get(), second.get());
    first.reset();
    EXPECT_FALSE(first);
    EXPECT_EQ(references(second), 1U);
    const auto third = GObjectPtr<GCancellable>::ref(second.get());
    EXPECT_EQ(references(third), 2U);
    second = std::move(first);
    EXPECT_EQ(references(third), 1U);
}

} // namespace
} // namespace gds
