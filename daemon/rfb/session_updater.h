// SPDX-License-Identifier: GPL-2.0-or-later
// The task of a session that writes: answers, pseudo-rectangles and pictures, one at a time, so
// that at most one update is in flight. Owned by the session.
#pragma once

#include "base/task.h"
#include "base/worker_pool.h"
#include "io/byte_stream.h"
#include "io/stream_writer.h"
#include "rfb/client_input.h"
#include "rfb/move_search.h"
#include "rfb/session_state.h"
#include "rfb/update_plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class SessionUpdater {
public:
    // All outlive the updater, except the workers' jobs, which own what they need.
    SessionUpdater(ByteStream& stream, SessionState& state, SessionHost& host,
                   const ClientInput& input, WorkerPool& pool, const SessionLimits& limits)
        : stream_(stream), state_(state), host_(host), input_(input), pool_(pool), limits_(limits)
    {}

    // ServerInit, with which the client's framebuffer comes to be.
    Task<> send_server_init();
    // Ends only by an error.
    Task<> run();

private:
    void look_at_host();
    void look_at_cursor();
    bool picture_due() const;
    bool size_differs() const;

    std::size_t held_back() const;
    void put_answers(std::size_t count);
    void drop_answers(std::size_t count);
    void put_answer(const Answer& answer);

    bool put_announcements();
    std::uint16_t put_small_news();
    bool put_cursor();
    bool put_pointer_pos_if_moved();
    bool put_size();
    // The picture of the next update, and what of it is due.
    struct Picture {
        FramePtr frame;
        Region due;
        Overlay overlay;
    };
    Picture take_picture();
    Task<MovedContent> find_moved(MoveSearch::Job job);
    Task<> send_picture();
    // Nothing is kept of them: they may be as large as a picture.
    void put_encoded(std::vector<EncodedRect>&& rects);

    Task<> flush();

    ByteStream& stream_;
    SessionState& state_;
    SessionHost& host_;
    const ClientInput& input_;
    WorkerPool& pool_;
    const SessionLimits& limits_;

    StreamWriter out_;
    // The header of that stream of the client's was sent.
    bool zlib_started_ = false;
    bool zrle_started_ = false;

    MoveSearch moves_;

    Size frame_size_; // of the host's picture when last looked at
    std::string told_name_;
    // With a client that draws the cursor: the shape that it has, and how it was sent.
    CursorShapePtr told_shape_;
    std::int32_t told_shape_as_ = 0;
    std::optional<Point> told_position_;
    Source pointer_quiet_;
    // With one that does not: where the sprite is in the picture.
    CursorShapePtr drawn_shape_;
    Point drawn_position_;
    Rect drawn_area_;
};

} // namespace gds
