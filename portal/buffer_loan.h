// SPDX-License-Identifier: GPL-2.0-or-later
// A PipeWire buffer while its pixels are read, which may be on another thread: the stream lends it
// and gets it back. What the compositor takes away meanwhile is not read any more.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace gds {

// Shared by the stream and whoever reads.
class BufferLease {
public:
    // Any thread. False: the pixels are gone, and `read` was not called.
    template <typename Read>
    bool read(Read read)
    {
        const std::lock_guard guard{lock_};
        if (gone_) {
            return false;
        }
        read();
        return true;
    }
    // Main thread. Waits for a reader; its pixels may be unmapped then.
    void end()
    {
        const std::lock_guard guard{lock_};
        gone_ = true;
    }
    bool ended() const { return gone_; } // main thread

private:
    std::mutex lock_;
    bool gone_ = false; // written by the main thread only, under the lock
};

// Main thread. Gives the buffer back when it is dropped, unless it is held.
class BufferLoan {
public:
    // `drawn`: its picture is in a frame. Not called when the lease has ended.
    using GiveBack = std::function<void(bool drawn)>;
    using Hold = std::function<std::shared_ptr<const void>()>;

    BufferLoan(std::shared_ptr<BufferLease> lease, GiveBack give_back, Hold hold = {})
        : lease_(std::move(lease)), give_back_(std::move(give_back)), hold_(std::move(hold))
    {}
    BufferLoan(BufferLoan&&) = default;
    BufferLoan& operator=(BufferLoan&&) = delete;
    BufferLoan(const BufferLoan&) = delete;
    BufferLoan& operator=(const BufferLoan&) = delete;
    ~BufferLoan()
    {
        if (lease_ && !lease_->ended()) {
            lease_->end(); // nobody reads what the compositor writes
            give_back_(drawn_);
        }
    }

    // The pixels stay, and as they are, as long as what it returns does, with no regard to the
    // lease; any thread may drop that. Null: not this buffer, or too many are held. Once.
    std::shared_ptr<const void> hold() const { return hold_ ? hold_() : nullptr; }

    const std::shared_ptr<BufferLease>& lease() const { return lease_; }
    void set_drawn() { drawn_ = true; }

private:
    std::shared_ptr<BufferLease> lease_;
    GiveBack give_back_;
    Hold hold_;
    bool drawn_ = false;
};

} // namespace gds
