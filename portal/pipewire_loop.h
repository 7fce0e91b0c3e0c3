// SPDX-License-Identifier: GPL-2.0-or-later
// PipeWireLoop: PipeWire's event loop as a guest of the GMainContext. PipeWireRemote: one
// connection to a PipeWire daemon. Owned by PortalCapture; main thread.
#pragma once

#include "base/source.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <map>
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
    struct Events {
        std::function<void(const std::string& message)> on_error;
        // A node that was there is not any more. Of its streams not every version of PipeWire says
        // so: with 1.4 they only pause.
        std::function<void(std::uint32_t node_id)> on_node_gone;
    };

    // Without a descriptor: to the daemon of this user. Throws std::system_error when there is no
    // connection.
    PipeWireRemote(PipeWireLoop& loop, UniqueFd connection, Events events);
    ~PipeWireRemote();
    PipeWireRemote(const PipeWireRemote&) = delete;
    PipeWireRemote& operator=(const PipeWireRemote&) = delete;

    pw_core* core() const { return core_; }
    // The node's own name ("mutter", "xdg-desktop-portal-wlr"); empty before PipeWire has told it,
    // which it does soon after the connection was made.
    std::string node_name(std::uint32_t node_id) const;

private:
    static void on_core_error(void* self, std::uint32_t id, int seq, int result,
                              const char* message);
    static void on_global(void* self, std::uint32_t id, std::uint32_t permissions, const char* type,
                          std::uint32_t version, const spa_dict* properties);
    static void on_global_removed(void* self, std::uint32_t id);
    static const pw_core_events k_events;
    static const pw_registry_events k_registry_events;

    pw_core* core_ = nullptr;
    spa_hook listener_ = {};
    pw_registry* registry_ = nullptr;
    spa_hook registry_listener_ = {};
    std::map<std::uint32_t, std::string> node_names_;
    Events events_;
};

} // namespace gds
