// SPDX-License-Identifier: GPL-2.0-or-later
// Session: an admitted client, from ClientInit to the end (RFC 6143, 7.3 to 7.7). Two tasks: the
// reader takes client messages, the updater is the only writer. Owned by server/client; main
// thread.
//
// At most one update is in flight; what changes meanwhile is one region, so a slow client skips
// frames, never damage.
#pragma once

#include "base/task.h"
#include "rfb/authenticated.h"
#include "rfb/connection.h"
#include "rfb/session_host.h"
#include "rfb/shared_pictures.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace gds {

struct SessionStatistics {
    std::string encoding; // "tight", "zrle", "hextile", "zlib", "raw", "h264"; of the last update
    std::uint64_t frames_sent = 0; // FramebufferUpdates with pixels
};

struct SessionLimits {
    // From the end of the handshake to ClientInit.
    std::chrono::milliseconds client_init{10'000};
    // A client that takes nothing for so long while data waits is dropped.
    std::chrono::milliseconds no_progress{60'000};
    // What a client shows is kept for its sake (to find what moved) while it takes the next update,
    // for so long.
    std::chrono::milliseconds shown_kept{1'000};
    // An update that takes longer is cut short when a newer picture is there (LastRect).
    std::chrono::milliseconds long_update{100};
    // What was sent with loss is sent without when it has not changed for so long.
    std::chrono::milliseconds refined_after{200};
    // A client that moved the pointer itself is not told of its place before so long has passed.
    std::chrono::milliseconds pointer_quiet{1'000};
    // Messages that are handled before others get their turn.
    unsigned messages_per_turn = 512;
};

class Session {
public:
    Session(Connection& connection, Authenticated who, SessionHost& host, SharedPictures& pictures,
            const SessionLimits& limits = {});
    // Releases, through the host's input(), what the client still holds down.
    ~Session();

    // Returns when the client leaves; throws ProtocolError, EndOfStream, TimedOut.
    Task<> run();

    // The host has a new frame() or damage; a new cursor(); a new desktop_name(). Any number of
    // calls between two updates count as one.
    void picture_changed();
    void cursor_changed();
    void name_changed();
    void lock_keys_changed();
    // The size that the client asked for does not come.
    void size_failed();
    // may_control() may have changed: what this client holds is released when it no longer may.
    void rights_changed();
    // The host has another clipboard for the viewer, or its rights to it may have changed.
    void clipboard_changed();
    void clipboard_rights_changed();
    // What the viewer has copied; it is asked for it. Fails at the end of the session at the
    // latest.
    ClipResultPtr ask_clipboard(ClipKind kind);

    const Authenticated& who() const;
    const SessionStatistics& statistics() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace gds
