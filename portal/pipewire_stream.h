// SPDX-License-Identifier: GPL-2.0-or-later
// PipeWireStream: the stream of one shared monitor: negotiates, takes buffers and gives them back
// at once. Owned by PortalCapture; main thread. Must not be destroyed from within its own
// callbacks.
#pragma once

#include "portal/pipewire_buffer.h"
#include "portal/pipewire_loop.h"

#include <cstdint>
#include <functional>
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
    // Both are called from within PipeWire.
    struct Events {
        // The content is valid during the call only. Damage of buffers that were skipped is in it.
        std::function<void(const BufferContent&)> on_content;
        std::function<void(StreamState)> on_state;
    };

    // `wish`: the size of an extra monitor. Throws std::system_error when PipeWire will not have
    // it.
    PipeWireStream(const PipeWireRemote& remote, std::uint32_t node_id, std::optional<Size> wish,
                   Events events);
    ~PipeWireStream();
    PipeWireStream(const PipeWireStream&) = delete;
    PipeWireStream& operator=(const PipeWireStream&) = delete;

    StreamState state() const { return state_; }
    // Why it ended, for the log.
    const std::string& error() const { return error_; }

private:
    static const pw_stream_events k_events;
    static void on_state_changed(void* self, pw_stream_state old_state, pw_stream_state new_state,
                                 const char* error);
    static void on_param_changed(void* self, std::uint32_t id, const spa_pod* param);
    static void on_process(void* self);

    void take_format(const spa_pod* param);
    void take_buffers();
    bool is_next(const BufferContent& content);

    pw_stream* stream_ = nullptr;
    spa_hook listener_ = {};
    Events events_;
    StreamState state_ = StreamState::connecting;
    std::string error_;
    std::optional<StreamFormat> format_;
    bool format_is_new_ = true;
    std::uint64_t sequence_ = 0;
};

} // namespace gds
