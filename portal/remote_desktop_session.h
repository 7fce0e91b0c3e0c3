// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteDesktopSession: one session of xdg-desktop-portal, from CreateSession to the PipeWire
// descriptor. Remote desktop with screen cast where the portal has both, screen cast alone (nobody
// controls) where it has not. Owned by PortalCapture; dropping it closes the session.
#pragma once

#include "base/task.h"
#include "desktop/geometry.h"
#include "desktop/screen_capture.h"
#include "portal/portal_bus.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds {

// What the portal says about one shared monitor. Position and size are in the desktop's logical
// coordinates.
struct PortalStream {
    std::uint32_t node_id = 0;
    std::optional<Point> position;
    std::optional<Size> size;
    std::optional<std::string> id; // the same for the same monitor when a session is restored
};

// Where the desktop can do either; `painted` where it cannot send the pointer apart.
enum class PointerDelivery { apart, painted };

struct SessionWishes {
    MonitorChoice monitors = MonitorChoice::all;
    PointerDelivery pointer = PointerDelivery::apart;
    std::optional<std::string> restore_token;
    bool clipboard = false;
};

struct SessionGrant {
    std::vector<PortalStream> streams;
    bool keyboard = false;
    bool pointer = false;
    // False: this portal has no input at all, so nobody was asked about it.
    bool input_offered = false;
    // False: this portal has no clipboard at all.
    bool clipboard_offered = false;
    bool clipboard = false;
    std::optional<std::string> restore_token;
    sdbus::UnixFd pipewire;
};

// Something that is needed is not there. what() is a translated sentence.
struct CaptureUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class RemoteDesktopSession {
public:
    struct Events {
        // The portal was asked for permission and may be showing a dialog.
        std::function<void()> on_asking;
        // The session's clipboard was asked for; its signals come from now on.
        std::function<void(const std::string& session)> on_clipboard;
        // Session.Closed came. Called from the bus dispatch.
        std::function<void()> on_closed;
    };

    RemoteDesktopSession(PortalBus& bus, Events events);
    ~RemoteDesktopSession();
    RemoteDesktopSession(const RemoteDesktopSession&) = delete;
    RemoteDesktopSession& operator=(const RemoteDesktopSession&) = delete;

    // Once. Throws CaptureUnavailable and everything that portal_request throws.
    Task<SessionGrant> open(SessionWishes wishes);

    const std::string& path() const { return path_; }
    // No word to the portal when dropped: it is gone, or it closed the session itself.
    void forget() { open_ = false; }

private:
    PortalBus& bus_;
    Events events_;
    std::string path_;
    bool open_ = false;
    PortalBus::Subscription closed_;
};

} // namespace gds
