// SPDX-License-Identifier: GPL-2.0-or-later
// ScreenCapture: the desktop as a source of frames and a sink of input, started and stopped as a
// whole. Implemented by the portal floor (and by fakes); owned by main, used by the server floor.
// Main thread.
#pragma once

#include "desktop/clipboard.h"
#include "desktop/cursor.h"
#include "desktop/frame.h"
#include "desktop/input_sink.h"
#include "desktop/lock_keys.h"
#include "desktop/monitor_place.h"

#include <string>

namespace gds {

enum class CaptureState {
    stopped, // nobody asked
    waiting_for_permission, // the portal was asked and has not answered
    starting, // permitted; no frame yet
    streaming,
    refused, // the person at the desk said no
    stopped_by_user, // the person at the desk pressed "stop sharing"
    lost, // PipeWire, the portal or the compositor went away; retried by itself
    unavailable, // no portal, no screen cast, nothing to share; retried by itself
};

struct CaptureStatus {
    CaptureState state = CaptureState::stopped;
    // A translated sentence for card, StatusReason and journal: what is wrong and what to do. Empty
    // when all is well. While streaming it may name a limit ("view only: the portal offers no
    // input").
    std::string reason;
    bool keyboard = false; // input was granted
    bool pointer = false;
};

class ScreenCaptureObserver {
public:
    virtual ~ScreenCaptureObserver() = default;
    virtual void on_frame(FramePtr frame) = 0;
    // Where the monitors are in the frames that come from now on; the next one comes at once.
    virtual void on_monitors(const MonitorPlaces& /*monitors*/) {}
    virtual void on_cursor(const Cursor& cursor) = 0;
    // Which locks are on; not called before that is known.
    virtual void on_lock_keys(const LockKeys&) {}
    virtual void on_status(const CaptureStatus& status) = 0;
};

enum class MonitorChoice { all, primary, virtual_monitor };

// By the portal, which asks the person at the desk, or by Mutter itself, which asks nobody.
enum class CaptureWay { portal, mutter };

class ScreenCapture {
public:
    virtual ~ScreenCapture() = default;

    virtual void set_observer(ScreenCaptureObserver* observer) = 0;
    // Takes effect at the next start().
    virtual void set_monitors(MonitorChoice monitors) = 0;
    virtual void set_way(CaptureWay way) = 0;
    // Whether the desktop is asked for its clipboard; takes effect at the next start().
    virtual void set_clipboard_wanted(bool wanted) = 0;
    // Opens the session, or asks anew after refused / stopped_by_user; no effect while one is under
    // way.
    virtual void start() = 0;
    // Ends the session; held input must have been released before.
    virtual void stop() = 0;
    // Asks for another size of an extra monitor. True: a frame of that size may come. False: what
    // is shared has a size that is not ours to choose.
    virtual bool ask_size(Size /*size*/) { return false; }
    virtual const CaptureStatus& status() const = 0;
    virtual InputSink& input() = 0;
    virtual DesktopClipboard& clipboard() = 0;
};

} // namespace gds
