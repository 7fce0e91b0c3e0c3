// SPDX-License-Identifier: GPL-2.0-or-later
// The task of a session that writes: answers, pseudo-rectangles and pictures, one at a time, so
// that at most one update is in flight. Owned by the session.
#pragma once

#include "base/task.h"
#include "rfb/client_input.h"
#include "rfb/connection.h"
#include "rfb/paced_writer.h"
#include "rfb/picture_sender.h"
#include "rfb/session_state.h"
#include "rfb/shared_pictures.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class SessionUpdater {
public:
    // All outlive the updater.
    SessionUpdater(Connection& connection, SessionState& state, SessionHost& host,
                   const ClientInput& input, SharedPictures& pictures, const SessionLimits& limits)
        : writer_(connection, limits.no_progress), state_(state), host_(host), input_(input),
          limits_(limits), sender_(writer_, state, pictures, limits, [this] { look_at_host(); })
    {}

    // ServerInit, with which the client's framebuffer comes to be.
    Task<> send_server_init();
    // Ends only by an error.
    Task<> run();

private:
    void look_at_host();
    void look_at_cursor();
    bool picture_due();
    bool size_differs() const;

    std::size_t held_back();
    void put_answers(std::size_t count);
    void drop_answers(std::size_t count);
    void put_answer(const Answer& answer);

    bool put_announcements();
    std::uint16_t put_acknowledgements();
    std::uint16_t put_small_news();
    bool put_cursor();
    bool paints_cursor();
    bool own_motion_is_over();
    bool put_pointer_pos_if_moved();
    bool put_lock_keys();
    bool put_pointer_motion_if_changed();
    bool put_size();
    Task<> send_picture();

    PacedWriter writer_;
    SessionState& state_;
    SessionHost& host_;
    const ClientInput& input_;
    const SessionLimits& limits_;

    PictureSender sender_;

    Size frame_size_; // of the host's picture when last looked at
    std::vector<Screen> screens_; // of it
    std::string told_name_;
    // With a client that draws the cursor: the shape that it has, and how it was sent.
    CursorShapePtr told_shape_;
    std::int32_t told_shape_as_ = 0;
    std::optional<Point> told_position_;
    std::optional<Point> first_position_; // of the pointer, when this client began to draw it
    std::optional<LockKeys> told_locks_;
    Source pointer_quiet_;
    // Where the sprite is in the picture, of a client that sees it there.
    bool painted_ = false;
    CursorShapePtr drawn_shape_;
    Point drawn_position_;
    Rect drawn_area_;
};

} // namespace gds
