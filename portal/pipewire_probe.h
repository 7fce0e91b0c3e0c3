// SPDX-License-Identifier: GPL-2.0-or-later
// A look at the PipeWire of this session: is it there, does it answer, and does a session manager
// serve it, without which no stream ever begins? For the command, which waits for it on a thread.
#pragma once

#include <chrono>
#include <string>

namespace gds {

struct PipeWireState {
    bool connected = false;
    bool answered = false;
    std::string trouble; // when not connected: the system's reason
    std::string version; // of the daemon
    std::string session_manager; // its name; empty: there is none
};

// Blocks, for as long as `limit` says and hardly longer.
PipeWireState probe_pipewire(std::chrono::milliseconds limit);

} // namespace gds
