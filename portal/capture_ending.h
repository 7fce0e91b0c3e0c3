// SPDX-License-Identifier: GPL-2.0-or-later
// How an attempt at a session, or a session, ended: what is shown for it and whether it is tried
// again. Values; pure.
#pragma once

#include "desktop/screen_capture.h"

#include <exception>
#include <string>

namespace gds {

struct CaptureEnding {
    CaptureState state = CaptureState::unavailable;
    std::string reason; // translated
    // It is tried again by itself.
    bool again = true;
    // Trying again disturbs nobody, so it may be done often.
    bool quiet = false;
    // There is nothing to wait for.
    bool at_once = false;
};

// What was noticed when the session ended.
struct CaptureSigns {
    bool closed = false; // the portal said so
    bool stream_ended = false;
    bool pipewire_gone = false;
    bool portal_gone = false;
    // A portal backend or the compositor left the bus at that time, or the monitors changed.
    bool desktop_changed = false;
    // It sends the pointer for ever and never the picture.
    bool starved = false;
    // Other monitors are there now, and nobody is asked about them.
    bool outdated = false;
    // The connection for input ended, or was of no use from the start.
    bool input_ended = false;
    // The screen was locked when it had ended; GNOME shows a locked one to nobody.
    bool screen_locked = false;

    bool any() const
    {
        return closed || stream_ended || pipewire_gone || portal_gone || starved || outdated ||
               input_ended;
    }
    // Nothing else went with it.
    bool only_input_ended() const
    {
        return input_ended && !closed && !stream_ended && !pipewire_gone && !portal_gone &&
               !desktop_changed;
    }
};
CaptureEnding ending_by(const CaptureSigns& signs);

// `asked`: the portal may have shown a dialog in this attempt.
CaptureEnding ending_by(const std::exception_ptr& error, bool asked);

CaptureEnding ending_without_pipewire();
CaptureEnding ending_by_screen_lock();

} // namespace gds
