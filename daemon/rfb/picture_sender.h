// SPDX-License-Identifier: GPL-2.0-or-later
// PictureSender: the updates with pixels of one session. Knows what the client shows: what it can
// copy, what of it is lossy, what is late. Owned by the session's updater; main thread.
#pragma once

#include "base/source.h"
#include "rfb/film_seat.h"
#include "rfb/lossy_areas.h"
#include "rfb/move_search.h"
#include "rfb/paced_writer.h"
#include "rfb/pieces_ahead.h"
#include "rfb/session_state.h"
#include "rfb/shared_pictures.h"
#include "rfb/update_plan.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace gds {

// What an update shows.
struct Picture {
    FramePtr frame;
    Overlay overlay; // the pointer, where it is a part of it
};
// Rectangles that go into an update before its pixels.
struct EncodedNews {
    std::size_t count = 0;
    Bytes rects;
};

class PictureSender {
public:
    // All outlive it. `look_at_host` adds to `state.request` what is new.
    PictureSender(PacedWriter& writer, SessionState& state, SharedPictures& pictures,
                  const SessionLimits& limits, std::function<void()> look_at_host)
        : writer_(writer), state_(state), pictures_(pictures), limits_(limits),
          look_at_host_(std::move(look_at_host)), film_(pictures.films())
    {}

    // One update: what of the picture is due, or a part of it if something newer comes meanwhile;
    // when nothing is, what is to be refined.
    Task<> send(Picture picture, EncodedNews news);

    // What has been shown with loss for a while and is to come without it now, bit by bit. Empty:
    // nothing yet; `work` is set when it is time to ask again.
    Region to_refine();

private:
    using Clock = std::chrono::steady_clock;

    FoundMovesPtr begin_search(const FramePtr& frame, const Region& due);
    bool watches_films(const EncodingChoice& choice) const;
    void put_films(StreamWriter& out);
    Region put_copies(const MovedContent& moved, EncodedNews& news);
    std::vector<Piece> plan(const Picture& picture, const Region& due) const;
    void put_piece(const PiecesAhead::Next& next, std::int32_t encoding);
    bool overtaken(const PiecesAhead& ahead, Clock::time_point begun);
    void give_back(const Region& rest);
    void wake_for_refining(Clock::time_point now);

    PacedWriter& writer_;
    SessionState& state_;
    SharedPictures& pictures_;
    const SessionLimits& limits_;
    std::function<void()> look_at_host_;

    FilmSeat film_;
    MoveSearch moves_;
    Region late_; // left of an update that was cut short
    LossyAreas lossy_;
    Source refine_soon_;
    // The header of that stream of the client's was sent.
    bool zlib_started_ = false;
    bool zrle_started_ = false;
};

} // namespace gds
