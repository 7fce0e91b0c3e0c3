// SPDX-License-Identifier: GPL-2.0-or-later
// PipeWireStream: the stream of one shared monitor: negotiates, takes buffers, lends the
// newest to whoever draws it, and gives them back. Owned by PortalCapture; main thread. Must not be
// destroyed from within its own callbacks.
//
// Buffers are taken on PipeWire's data thread, which keeps the newest in a mailbox and gives the
// others back; the main loop collects it when it gets round to that. Taken on the main loop itself,
// a moment in which it is busy fills all buffers, and Mutter then drops a picture that it never
// sends again: a screen that comes to rest just then would stay wrong.
#pragma once

#include "portal/buffer_loan.h"
#include "portal/buffer_returns.h"
#include "portal/mapped_buffer.h"
#include "portal/pipewire_buffer.h"
#include "portal/pipewire_loop.h"
#include "portal/second_look.h"
#include "portal/size_wish.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <pipewire/stream.h>

namespace gds {

enum class StreamState {
    connecting,
    paused, // linked or waiting to be linked; no buffers come
    streaming,
    ended, // for good: the node is gone, or the daemon
};

class PipeWireStream {
public:
    // Both are called from within PipeWire, on the main thread.
    struct Events {
        // Damage of buffers that were skipped is in it. The pixels are there as long as the loan
        // lasts, and nothing more comes meanwhile; without pixels there is none.
        std::function<void(const BufferContent&, std::optional<BufferLoan>)> on_content;
        // False: not now; collect() is called when it can be taken.
        std::function<bool()> ready;
        std::function<void(StreamState)> on_state;
        // Pointers come and no picture (portal/second_look.h). From the main loop.
        std::function<void()> on_starved;
    };

    // `wish`: the size of an extra monitor. `remote` outlives the stream. Throws std::system_error
    // when PipeWire will not have it.
    PipeWireStream(PipeWireLoop& loop, const PipeWireRemote& remote, std::uint32_t node_id,
                   std::optional<Size> wish, Events events);
    ~PipeWireStream();
    PipeWireStream(const PipeWireStream&) = delete;
    PipeWireStream& operator=(const PipeWireStream&) = delete;

    StreamState state() const { return state_; }
    // Delivers what has come, if anything.
    void collect();
    // Of an extra monitor: has it take this size, as soon as it has taken the one before.
    void wish_size(Size size) { size_wish_.wish(size); }
    // Why it ended, for the log.
    const std::string& error() const { return error_; }

private:
    static const pw_stream_events k_events;
    static void on_state_changed(void* self, pw_stream_state old_state, pw_stream_state new_state,
                                 const char* error);
    static void on_param_changed(void* self, std::uint32_t id, const spa_pod* param);
    static void on_add_buffer(void* self, pw_buffer* buffer);
    static void on_remove_buffer(void* self, pw_buffer* buffer);
    static void on_process(void* self);
    static void on_mail(void* self, std::uint64_t count);

    // Shared with the data thread, under the lock.
    struct Mailbox {
        std::mutex lock;
        std::optional<StreamFormat> format;
        // The next picture's damage is not relative to one that we know.
        bool fresh = true;
        std::uint64_t sequence = 0;
        int pointers = 0; // buffers without a picture since the last delivery
        pw_buffer* buffer = nullptr; // the content's pixels are in it
        BufferContent content;
    };

    void end();
    bool comes_from_mutter();
    void ask_size(Size size);
    void take_format(const spa_pod* param);
    void take_buffers();
    void deliver();
    BufferLoan lend(pw_buffer* buffer);
    std::shared_ptr<const void> hold_lent();
    void take_back(bool drawn);

    const PipeWireRemote& remote_;
    const std::uint32_t node_id_;
    pw_stream* stream_ = nullptr;
    spa_hook listener_ = {};
    Events events_;
    StreamState state_ = StreamState::connecting;
    bool began_ = false;
    std::optional<bool> from_mutter_; // nothing: the node's name has not come yet
    SecondLook second_look_;
    SizeWish size_wish_;
    std::string error_;
    pw_loop* loop_;
    spa_source* mail_ = nullptr;
    Mailbox mailbox_;
    std::shared_ptr<BufferReturns> returns_;
    std::map<pw_buffer*, std::shared_ptr<const MappedBuffer>> mapped_;
    pw_buffer* lent_ = nullptr;
    bool lent_is_held_ = false;
    std::shared_ptr<BufferLease> lease_; // of lent_
};

} // namespace gds
