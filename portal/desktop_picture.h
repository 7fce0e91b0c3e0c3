// SPDX-License-Identifier: GPL-2.0-or-later
// DesktopPicture: the pictures of all shared monitors in one framebuffer, as a sequence of frames
// that differ from one to the next by exactly their damage. It outlives sessions, so that serials
// go on. Owned by PortalCapture; main thread.
#pragma once

#include "desktop/cursor.h"
#include "desktop/frame.h"
#include "portal/frame_pool.h"
#include "portal/output_layout.h"
#include "portal/pipewire_buffer.h"
#include "portal/remote_desktop_session.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace gds {

class DesktopPicture {
public:
    // A new session: nothing of the old monitors is shown any more.
    void begin(const std::vector<PortalStream>& streams);

    // The next picture becomes a frame even when no pixel changed.
    void insist() { insist_ = true; }

    // The next frame; nothing when no pixel changed.
    FramePtr take_pixels(std::size_t stream, const BufferContent& content);
    // The pointer after the update, in frame pixels.
    std::optional<Cursor> take_cursor(std::size_t stream, const CursorUpdate& update);

    // Every monitor that has a place has sent its picture.
    bool whole() const;

    const OutputLayout& layout() const { return layout_; }

private:
    struct Stream {
        OutputFacts facts;
        bool drawn = false;
    };
    // True when the layout is another one now.
    bool resize(std::size_t stream, Size pixels);
    void carry_over(const Frame& from, const OutputLayout& old_layout, Frame& to,
                    std::size_t except) const;

    FramePool pool_;
    std::vector<Stream> streams_;
    OutputLayout layout_;
    bool fresh_ = true;
    bool insist_ = true;
    Cursor cursor_;
};

} // namespace gds
