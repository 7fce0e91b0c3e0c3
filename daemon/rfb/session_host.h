// SPDX-License-Identifier: GPL-2.0-or-later
// What a session shows and drives, as its owner (the server floor, or a test) gives it. One host
// per session; main thread.
#pragma once

#include "base/task.h"
#include "desktop/clipboard.h"
#include "desktop/cursor.h"
#include "desktop/frame.h"
#include "desktop/input_sink.h"
#include "desktop/lock_keys.h"
#include "desktop/monitor_place.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace gds {

// Of one viewer, now.
struct ClipboardRights {
    bool to_viewer = false;
    bool from_viewer = false;
    std::size_t limit = 0; // octets of one kind
};

// To a viewer that would like another size.
enum class SizeAnswer {
    there, // it is that already
    coming, // with a frame(), or else size_failed() is told
    refused,
};

// Why the size changed last.
enum class SizeCause { desktop, this_viewer, other_viewer };

class SessionHost {
public:
    virtual ~SessionHost() = default;

    // The newest picture (the desktop or a card); never null.
    virtual FramePtr frame() const = 0;
    // What changed in frame() since the last call, or the whole picture after a change of size. The
    // session adds it to what it still owes the client.
    virtual Region take_damage() = 0;
    // Where the monitors are in frame(). Empty: it is one screen.
    virtual MonitorPlaces monitors() const { return {}; }
    virtual SizeAnswer ask_size(Size /*size*/) { return SizeAnswer::refused; }
    virtual SizeCause size_cause() const { return SizeCause::desktop; }
    virtual const Cursor& cursor() const = 0;
    virtual std::string desktop_name() const = 0;
    // Empty: not known.
    virtual std::optional<LockKeys> lock_keys() const { return std::nullopt; }

    // Asked before each input event.
    virtual bool may_control() const = 0;
    // This client's own door to the desktop; what it holds is released by the host at the end.
    virtual InputSink& input() = 0;

    virtual ClipboardRights clipboard_rights() const { return {}; }
    // What there is for this viewer; the content of a kind, which may take a while or fail.
    virtual ClipKinds clipboard_kinds() const { return {}; }
    virtual ClipResultPtr read_clipboard(ClipKind kind) = 0;
    // The viewer has copied something; the session is asked for what the offer does not have.
    virtual void on_viewer_copied(ClipOffer offer) = 0;

    // It asked for the picture or touched something.
    virtual void on_activity() {}
    // ClientInit came. `exclusive`: the client asked that the others be disconnected.
    virtual void on_client_init(bool exclusive) = 0;
    // Returns when frame() is worth a ServerInit: at once, or shortly before the picture comes, so
    // that a viewer that cannot follow a change of size begins with the right one.
    virtual Task<> first_picture() { co_return; }
};

} // namespace gds
