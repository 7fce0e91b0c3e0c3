// SPDX-License-Identifier: GPL-2.0-or-later
// Two ByteStreams joined in memory, and what runs a Task in a test. Reading what is there and
// writing within the capacity never wait, so most protocol tests need no main loop:
//
//     auto pair = make_stream_pair();
//     pair.client->send("RFB 003.008\n");
//     run_ready(exchange_version(*pair.server));
//     EXPECT_EQ(as_text(pair.client->arrived()), "RFB 003.008\n");
#pragma once

#include "base/bytes.h"
#include "base/errors.h"
#include "base/source.h"
#include "base/task.h"
#include "base/wakeup.h"
#include "fakes/main_loop.h"
#include "io/byte_stream.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace gds::test {

// One direction. Shared by its two ends, so that either may go first.
struct MemoryPipe {
    Bytes octets;
    std::size_t begin = 0; // those before it were read
    std::size_t capacity = std::numeric_limits<std::size_t>::max();
    std::uint64_t total = 0;
    bool ended = false;
    bool broken = false;
    bool stalled = false;
    bool awaited = false; // somebody waits for octets
    Wakeup arrived;
    Wakeup taken;

    ByteView unread() const { return ByteView{octets}.subspan(begin); }
    void drop(std::size_t n)
    {
        begin += n;
        if (begin >= octets.size() / 2) {
            octets.erase(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(begin));
            begin = 0;
        }
        taken.set();
    }
    void put(ByteView more)
    {
        octets.insert(octets.end(), more.begin(), more.end());
        total += more.size();
        arrived.set();
    }
};

class MemoryStream final : public ByteStream {
public:
    MemoryStream(std::shared_ptr<MemoryPipe> in, std::shared_ptr<MemoryPipe> out)
        : in_(std::move(in)), out_(std::move(out))
    {}
    MemoryStream(const MemoryStream&) = delete;
    MemoryStream& operator=(const MemoryStream&) = delete;
    // The other end reads what was written and then the end.
    ~MemoryStream() override
    {
        end();
        in_->broken = true;
        in_->taken.set();
    }

    Task<std::size_t> read_some(std::span<std::uint8_t> into) override
    {
        while (in_->unread().empty() || in_->stalled) {
            if (in_->broken) {
                throw EndOfStream{};
            }
            if (in_->ended && !in_->stalled) {
                co_return 0;
            }
            const Waiting waiting{*in_};
            co_await in_->arrived.wait();
        }
        const ByteView unread = in_->unread();
        const std::size_t size = std::min({into.size(), unread.size(), read_limit_});
        std::copy(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(size), into.begin());
        in_->drop(size);
        co_return size;
    }

    Task<> write(ByteView from) override
    {
        while (!from.empty()) {
            if (out_->broken || out_->ended) {
                throw EndOfStream{};
            }
            const std::size_t held = std::min(out_->unread().size(), out_->capacity);
            const std::size_t size = std::min(from.size(), out_->capacity - held);
            if (size == 0) {
                co_await out_->taken.wait();
            } else {
                out_->put(from.first(size));
                from = from.subspan(size);
            }
        }
    }

    // --- what a test does on its side, without waiting

    void send(ByteView octets) { out_->put(octets); }
    void send(std::string_view text) { send(as_bytes(text)); }
    // What the other side wrote and nobody read yet.
    ByteView arrived() const { return in_->unread(); }
    // The same, and it counts as read.
    Bytes take_arrived()
    {
        const ByteView unread = in_->unread();
        Bytes taken{unread.begin(), unread.end()};
        in_->drop(taken.size());
        return taken;
    }
    // The other side has read all that was sent, and waits for more.
    bool awaited() const { return out_->awaited && out_->unread().empty(); }
    std::uint64_t total_sent() const { return out_->total; }
    // No more is sent from this side.
    void end()
    {
        out_->ended = true;
        out_->arrived.set();
    }
    // As a reset of the connection: both directions fail at once.
    void reset()
    {
        for (const auto& pipe : {in_, out_}) {
            pipe->drop(pipe->unread().size());
            pipe->broken = true;
            pipe->arrived.set();
            pipe->taken.set();
        }
    }
    // read_some on this side gives at most so many octets at a time.
    void set_read_limit(std::size_t most) { read_limit_ = most; }
    // This side's write() waits while the other has so many unread.
    void set_write_capacity(std::size_t octets) { out_->capacity = octets; }
    // What this side sends does not arrive for now.
    void stall(bool stalled)
    {
        out_->stalled = stalled;
        out_->arrived.set();
    }

private:
    struct Waiting {
        explicit Waiting(MemoryPipe& on) : pipe(on) { pipe.awaited = true; }
        ~Waiting() { pipe.awaited = false; }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        MemoryPipe& pipe;
    };

    std::shared_ptr<MemoryPipe> in_;
    std::shared_ptr<MemoryPipe> out_;
    std::size_t read_limit_ = std::numeric_limits<std::size_t>::max();
};

struct StreamPair {
    std::unique_ptr<MemoryStream> server;
    std::unique_ptr<MemoryStream> client;
};

inline StreamPair make_stream_pair()
{
    const auto up = std::make_shared<MemoryPipe>();
    const auto down = std::make_shared<MemoryPipe>();
    return {std::make_unique<MemoryStream>(up, down), std::make_unique<MemoryStream>(down, up)};
}

// Runs a task that has all that it needs: it may not wait.
template <typename T>
T run_ready(Task<T> task)
{
    if (!task.start()) {
        throw std::logic_error{"the task waits for something"};
    }
    return task.result();
}

// Runs a task to its end on the thread-default main loop.
template <typename T>
T run_loop(Task<T> task, std::chrono::milliseconds limit = std::chrono::seconds{5})
{
    task.start();
    if (!spin_until([&task] { return task.done(); }, limit)) {
        throw TimedOut{"the task did not end in time"};
    }
    return task.result();
}

} // namespace gds::test
