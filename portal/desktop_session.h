// SPDX-License-Identifier: GPL-2.0-or-later
// DesktopSession: screen, input and clipboard of the desktop by one permission, from open() until
// somebody closes it or it is dropped. By the portal (RemoteDesktopSession) or by Mutter itself
// (MutterSession). Owned by PortalCapture; main thread.
#pragma once

#include "base/task.h"
#include "base/unique_fd.h"
#include "desktop/geometry.h"
#include "desktop/screen_capture.h"
#include "portal/remote_input.h"
#include "portal/selection_clipboard.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds {

// What is said about one shared monitor. Position and size are in the desktop's logical
// coordinates.
struct SharedMonitor {
    std::uint32_t node_id = 0;
    std::optional<Point> position;
    std::optional<Size> size;
    std::optional<std::string> id; // the same for the same monitor in the next session
    std::optional<std::string> mapping_id; // of the regions that libei tells
};

inline constexpr std::size_t k_most_monitors = 16;

// Where the desktop can do either; `painted` where it cannot send the pointer apart.
enum class PointerDelivery { apart, painted };

struct SessionWishes {
    MonitorChoice monitors = MonitorChoice::all;
    PointerDelivery pointer = PointerDelivery::apart;
    std::optional<std::string> restore_token;
    bool clipboard = false;
    // Input by libei, where the desktop has it; there is no way back within the session.
    bool libei = true;
};

struct InputGrant {
    std::vector<SharedMonitor> monitors;
    bool keyboard = false;
    bool pointer = false;
};

struct SessionGrant : InputGrant {
    // False: there is no input at all here, so nobody was asked about it.
    bool input_offered = false;
    // False: there is no clipboard at all here.
    bool clipboard_offered = false;
    bool clipboard = false;
    std::optional<std::string> restore_token;
    // None: the streams are at the PipeWire of the session's own user.
    UniqueFd pipewire;
};

// Something that is needed is not there. what() is a translated sentence.
struct CaptureUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class DesktopSession {
public:
    struct Events {
        // Somebody was asked for permission and may be looking at a dialog.
        std::function<void()> on_asking;
        // The session's clipboard was asked for; its signals come from now on.
        std::function<void(SelectionDoor door)> on_clipboard;
        // The desktop ended it. Called from the bus dispatch.
        std::function<void()> on_closed;
        // The desktop has other monitors now than those that it shares, and nobody would be asked
        // about these.
        std::function<void()> on_outdated;
    };

    virtual ~DesktopSession() = default;

    // Once. Throws CaptureUnavailable, sdbus::Error, TimedOut and what portal_request() throws.
    virtual Task<SessionGrant> open(SessionWishes wishes) = 0;
    // After open(); it must not outlive the session.
    virtual std::unique_ptr<RemoteInput> input() = 0;
    // No word to the desktop when dropped: it is gone, or it closed the session itself.
    virtual void forget() = 0;
};

} // namespace gds
