// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/source.h"

#include "base/timeout.h"
#include "base/unique_fd.h"
#include "base/wakeup.h"
#include "fakes/stream_pair.h"

#include <array>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using test::run_loop;

struct Pipe {
    UniqueFd out;
    UniqueFd in;
    Pipe()
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
};

Task<> wait_readable(int fd) { co_await readable(fd); }
Task<> wait_writable(int fd) { co_await writable(fd); }
Task<> wait_any(std::span<const int> fds) { co_await readable(fds); }
Task<> wait_a_while(std::chrono::milliseconds duration) { co_await sleep_for(duration); }
Task<> wait_again(Readiness& readiness) { co_await readiness.readable(); }
Task<> wait_wakeup(Wakeup& wakeup) { co_await wakeup.wait(); }

TEST(Source, RunsACallbackOnceFromIdle)
{
    int calls = 0;
    const Source soon = call_soon([&calls] { ++calls; });
    EXPECT_EQ(calls, 0);
    test::spin_ready();
    EXPECT_EQ(calls, 1);
}

TEST(Source, ForgetsACallbackThatWasDropped)
{
    int calls = 0;
    {
        const Source soon = call_soon([&calls] { ++calls; });
        const Source later = call_after(0ms, [&calls] { ++calls; });
    }
    test::spin_ready();
    EXPECT_EQ(calls, 0);
}

TEST(Source, MayBeDroppedByItsOwnCallback)
{
    int calls = 0;
    Source source;
    const auto kept = std::make_shared<int>(5);
    source = call_every(1ms, [&calls, &source, kept] {
        calls += *kept;
        source.reset();
        calls += *kept; // what the callback captured is still there
    });
    EXPECT_TRUE(test::spin_until([&calls] { return calls == 10; }));
    EXPECT_FALSE(source);
    EXPECT_EQ(kept.use_count(), 1);
}

TEST(Source, RepeatsUntilDropped)
{
    int calls = 0;
    Source source = call_every(1ms, [&calls] { ++calls; });
    EXPECT_TRUE(test::spin_until([&calls] { return calls >= 3; }));
    source = Source{};
    const int before = calls;
    test::spin_until([] { return false; }, 10ms);
    EXPECT_EQ(calls, before);
}

TEST(Source, SurvivesACallbackThatThrows)
{
    const Source soon = call_soon([] { throw std::runtime_error{"forgotten"}; });
    test::spin_ready();
}

TEST(SourceAwaiter, WaitsForADescriptor)
{
    const Pipe pipe;
    run_loop(wait_writable(pipe.in.get()));
    auto wait = wait_readable(pipe.out.get());
    EXPECT_FALSE(wait.start());
    test::spin_ready();
    EXPECT_FALSE(wait.done());
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    EXPECT_TRUE(test::spin_until([&wait] { return wait.done(); }));
}

TEST(SourceAwaiter, ReturnsWhenTheOtherEndIsGone)
{
    Pipe pipe;
    pipe.in.reset();
    run_loop(wait_readable(pipe.out.get()));
}

TEST(SourceAwaiter, WaitsForAnyOfSeveral)
{
    const Pipe first;
    const Pipe second;
    const std::array fds = {first.out.get(), second.out.get()};
    auto wait = wait_any(fds);
    EXPECT_FALSE(wait.start());
    EXPECT_EQ(::write(second.in.get(), "x", 1), 1);
    EXPECT_TRUE(test::spin_until([&wait] { return wait.done(); }));
}

TEST(SourceAwaiter, DetachesWhenDropped)
{
    const Pipe pipe;
    {
        auto wait = wait_readable(pipe.out.get());
        EXPECT_FALSE(wait.start());
    }
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    EXPECT_EQ(g_main_context_pending(nullptr), FALSE);
}

TEST(Readiness, IsWaitedForAgainAndAgain)
{
    const Pipe pipe;
    Readiness readiness{pipe.out.get()};
    for (int i = 0; i < 3; ++i) {
        auto wait = wait_again(readiness);
        EXPECT_FALSE(wait.start());
        test::spin_ready();
        EXPECT_FALSE(wait.done());
        EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
        EXPECT_TRUE(test::spin_until([&wait] { return wait.done(); }));
        std::array<char, 2> taken{};
        EXPECT_EQ(::read(pipe.out.get(), taken.data(), taken.size()), 1);
    }
}

// The main loop would turn without an end.
TEST(Readiness, IsNotLookedAtWhileNobodyWaits)
{
    const Pipe pipe;
    Readiness readiness{pipe.out.get()};
    {
        auto wait = wait_again(readiness);
        EXPECT_FALSE(wait.start());
    }
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    test::spin_ready();
    EXPECT_EQ(g_main_context_pending(nullptr), FALSE);
    run_loop(wait_again(readiness));
}

TEST(Readiness, MayBeDroppedByWhomItWoke)
{
    const Pipe pipe;
    auto readiness = std::make_unique<Readiness>(pipe.out.get());
    auto wait = [](std::unique_ptr<Readiness>& dropped) -> Task<> {
        co_await dropped->readable();
        dropped.reset();
    }(readiness);
    EXPECT_FALSE(wait.start());
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    EXPECT_TRUE(test::spin_until([&wait] { return wait.done(); }));
    EXPECT_EQ(g_main_context_pending(nullptr), FALSE);
}

TEST(Readiness, MayBeDroppedBeforeItsWait)
{
    const Pipe pipe;
    auto readiness = std::make_unique<Readiness>(pipe.out.get());
    auto wait = wait_again(*readiness);
    EXPECT_FALSE(wait.start());
    readiness.reset();
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    EXPECT_EQ(g_main_context_pending(nullptr), FALSE);
}

TEST(Wakeup, ReturnsAtOnceWhenItWasSetBefore)
{
    Wakeup wakeup;
    wakeup.set();
    wakeup.set();
    test::run_ready(wait_wakeup(wakeup));
    // It counts once.
    auto wait = wait_wakeup(wakeup);
    EXPECT_FALSE(wait.start());
}

TEST(Wakeup, ResumesFromIdle)
{
    Wakeup wakeup;
    auto wait = wait_wakeup(wakeup);
    EXPECT_FALSE(wait.start());
    wakeup.set();
    EXPECT_FALSE(wait.done());
    test::spin_ready();
    EXPECT_TRUE(wait.done());
}

TEST(Wakeup, KeepsWhatADroppedWaiterDidNotTake)
{
    Wakeup wakeup;
    {
        auto wait = wait_wakeup(wakeup);
        EXPECT_FALSE(wait.start());
        wakeup.set();
    }
    test::spin_ready();
    test::run_ready(wait_wakeup(wakeup));
}

Task<int> answer(int value) { co_return value; }

Task<int> answer_after(std::chrono::milliseconds delay, int value)
{
    co_await sleep_for(delay);
    co_return value;
}

Task<int> fail_after(std::chrono::milliseconds delay)
{
    co_await sleep_for(delay);
    throw ProtocolError{"failed"};
}

TEST(Timeout, GivesTheResultOfATaskInTime)
{
    EXPECT_EQ(test::run_ready(with_timeout(answer(7), 1h)), 7);
    EXPECT_EQ(run_loop(with_timeout(answer_after(1ms, 8), 1h)), 8);
    EXPECT_THROW(run_loop(with_timeout(fail_after(1ms), 1h)), ProtocolError);
    run_loop(with_timeout(wait_a_while(1ms), 1h));
}

TEST(Timeout, DropsATaskThatIsLate)
{
    EXPECT_THROW(run_loop(with_timeout(answer_after(1h, 8), 5ms)), TimedOut);
    EXPECT_THROW(run_loop(with_timeout(wait_a_while(1h), 0ms)), TimedOut);
}

TEST(Timeout, MayBeDroppedItself)
{
    {
        auto race = with_timeout(wait_a_while(1h), 1ms);
        EXPECT_FALSE(race.start());
    }
    test::spin_until([] { return false; }, 5ms);
}

TEST(Timeout, NestsWithTheShorterOneWinning)
{
    auto inner = with_timeout(wait_a_while(1h), 1ms);
    EXPECT_THROW(run_loop(with_timeout(std::move(inner), 1h)), TimedOut);
    auto longer = with_timeout(wait_a_while(1h), 1h);
    EXPECT_THROW(run_loop(with_timeout(std::move(longer), 1ms)), TimedOut);
}

// As after SIGSTOP: the deadline passed while nobody ran, and the answer is there too.
TEST(Timeout, GivesAGraceToAProcessThatWasStopped)
{
    const Pipe pipe;
    auto race = with_timeout(wait_readable(pipe.out.get()), 100ms, 20ms);
    EXPECT_FALSE(race.start());
    ::usleep(130 * 1000);
    while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
    }
    EXPECT_FALSE(race.done());
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    EXPECT_TRUE(test::spin_until([&race] { return race.done(); }));
    race.result();
}

} // namespace
} // namespace gds
