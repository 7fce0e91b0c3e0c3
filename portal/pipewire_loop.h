// SPDX-License-Identifier: GPL-2.0-or-later
// PipeWireLoop: PipeWire's event loop as a guest of the GMainContext. PipeWireRemote: one
// connection to a PipeWire daemon. Owned by PortalCapture; main thread.
#pragma once

#include "base/source.h"
#include "base/unique_fd.h"

#include <functional>
#include <memory>
#include <string>

#include <pipewire/pipewire.h>

namespace gds {

class PipeWireLoop {
public:
    PipeWireLoop();
    ~PipeWireLoop();
    PipeWireLoop(const PipeWireLoop&) = delete;
    PipeWireLoop& operator=(const PipeWireLoop&) = delete;

    pw_loop* loop() const { return loop_; }
    pw_context* context() const { return context_; }
    // True when a PipeWire daemon takes connections on this machine.
    bool daemon_is_there() const;

private:
    pw_loop* loop_ = nullptr;
    pw_context* context_ = nullptr;
    Source source_;
};

class PipeWireRemote {
public:
    // Called from within PipeWire: note it, wake somebody, destroy nothing.
    using OnError = std::function<void(const std::string& message)>;

    // Throws std::system_error when the descriptor is no connection.
    PipeWireRemote(PipeWireLoop& loop, UniqueFd connection, OnError on_error);
    ~PipeWireRemote();
    PipeWireRemote(const PipeWireRemote&) = delete;
    PipeWireRemote& operator=(const PipeWireRemote&) = delete;

    pw_core* core() const { return core_; }

private:
    static void on_core_error(void* self, std::uint32_t id, int seq, int result,
                              const char* message);
    static const pw_core_events k_events;

    pw_core* core_ = nullptr;
    spa_hook listener_ = {};
    OnError on_error_;
};

} // namespace gds
