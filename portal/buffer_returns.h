// SPDX-License-Identifier: GPL-2.0-or-later
// How a stream's buffers go back to PipeWire, whose queue takes from one thread at a time, and
// which of them frames hold. Shared by the stream and those frames, which may outlive it. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

struct pw_buffer;

namespace gds {

class BufferReturns : public std::enable_shared_from_this<BufferReturns> {
public:
    // `queue` is called under the lock.
    explicit BufferReturns(std::function<void(pw_buffer*)> queue);

    // What the stream has.
    void add(pw_buffer* buffer);
    void remove(pw_buffer* buffer);
    // Nothing goes back any more.
    void close();

    // A buffer that is not held.
    void give_back(pw_buffer* buffer);
    // It goes back when what this returns is dropped; `pixels` stay as long. Null: then the
    // compositor would have none to paint into while another one is drawn and the next one waits
    // for that.
    std::shared_ptr<const void> hold(pw_buffer* buffer, std::shared_ptr<const void> pixels);

private:
    class Held;
    // Not for frames: drawn, waiting, and painted.
    static constexpr std::size_t k_others = 3;

    void release(pw_buffer* buffer, std::uint64_t hold);

    std::mutex lock_;
    std::function<void(pw_buffer*)> queue_;
    std::size_t count_ = 0;
    // PipeWire uses addresses again.
    std::map<pw_buffer*, std::uint64_t> held_;
    std::uint64_t holds_ = 0;
};

} // namespace gds
