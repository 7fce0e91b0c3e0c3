// SPDX-License-Identifier: GPL-2.0-or-later
// DesktopPicture: the pictures of all shared monitors in one framebuffer, as a sequence of frames
// that differ from one to the next by exactly their damage. It outlives sessions, so that serials
// go on. Owned by PortalCapture; main thread.
#pragma once

#include "desktop/cursor.h"
#include "desktop/frame.h"
#include "desktop/frame_compare.h"
#include "desktop/monitor_place.h"
#include "portal/buffer_loan.h"
#include "portal/desktop_session.h"
#include "portal/frame_pool.h"
#include "portal/monitor_ids.h"
#include "portal/output_layout.h"
#include "portal/pipewire_buffer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace gds {

class DesktopPicture {
public:
    // A new session: nothing of the old monitors is shown any more.
    void begin(const std::vector<SharedMonitor>& streams);

    // The next picture becomes a frame even when no pixel changed.
    void insist() { insist_ = true; }

    // A picture on its way into a frame, for any thread while the content's pixels are there. It
    // may be dropped, and then never was.
    struct Drawing {
        std::size_t stream = 0;
        Size size; // of the stream's picture, upright
        OutputLayout layout; // with that
        PixelView pixels;
        Orientation orientation = Orientation::normal;
        Region what; // of the pixels
        Point corner; // where theirs is in the frame
        Region touched; // where the frame may differ from the one before
        FramePtr before; // of the frame's size, or null
        // The frame's pixels are the buffer's own, and nothing is copied; null: they are copied.
        std::shared_ptr<const void> held;
        std::shared_ptr<Frame> frame; // null: one is made
        Region missed; // where the frame's pixels are not those of the one before
        // Drawn anew: black, and what other monitors have in `from`.
        struct Carried {
            Rect rect;
            Point to;
        };
        bool from_scratch = false;
        FramePtr from;
        std::vector<Carried> carried;

        struct Drawn {
            std::shared_ptr<Frame> frame;
            Region damage; // where it differs from the one before
        };
        Drawn run() const;
        // Pixels that run() looks at or copies, at most.
        std::int64_t work() const;

    private:
        Drawn take(const PixelRows& rows) const;
        Region draw_changes(const PixelRows& rows, Frame& into) const;
        void draw_all(Frame& into) const;
    };

    // One after the other: begin, run, end. Nothing: the stream has no place in the picture.
    // `hold` is asked where the buffer can be all of a frame, outside of its damage, too.
    std::optional<Drawing> begin_pixels(std::size_t stream, const BufferContent& content,
                                        const BufferLoan::Hold& hold = {});
    // The next frame; nothing when no pixel changed.
    FramePtr end_pixels(const Drawing& drawing, Drawing::Drawn drawn);
    // The pointer after the update, in frame pixels.
    std::optional<Cursor> take_cursor(std::size_t stream, const CursorUpdate& update);

    // Every monitor that has a place has sent its picture.
    bool whole() const;

    const OutputLayout& layout() const { return layout_; }
    // In the latest frame.
    const MonitorPlaces& monitors() const { return monitors_; }

private:
    struct Stream {
        OutputFacts facts;
        std::uint32_t id = 0;
        bool drawn = false;
    };
    OutputLayout layout_with(std::size_t stream, Size pixels) const;
    void carry_over(Drawing& drawing) const;
    void place_monitors();

    FramePool pool_;
    std::vector<Stream> streams_;
    MonitorIds ids_;
    MonitorPlaces monitors_;
    OutputLayout layout_;
    OutputLayout drawn_layout_; // of the latest frame
    bool fresh_ = true;
    bool insist_ = true;
    Cursor cursor_;
};

} // namespace gds
