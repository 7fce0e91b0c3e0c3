// SPDX-License-Identifier: GPL-2.0-or-later
// FilmSeat: the films that one client watches, and how far it has seen them. Owned by the session's
// PictureSender; main thread.
#pragma once

#include "io/stream_writer.h"
#include "rfb/films.h"
#include "rfb/update_request.h"

#include <vector>

namespace gds {

class FilmSeat {
public:
    explicit FilmSeat(Films& films) : films_(films) {}

    // What of an update comes as film is begun and taken out of `due`.
    void begin(const FramePtr& frame, const UpdateRequest& request, int quality_level, Region& due);
    // Until it is encoded. What could not be, goes back into `due`.
    Task<> wait(Region& due);
    // Of the update: the rectangles that will be put, after wait(), and where.
    std::size_t count() const;
    Region area() const;
    // With their headers. Returns where.
    std::vector<Rect> put(StreamWriter& out);
    // The client no longer watches, or cannot.
    void leave() { watched_.clear(); }

private:
    struct Watched {
        Rect area;
        FilmPlace place;
    };
    struct Part {
        Rect area;
        FilmPart film;
    };
    FilmPlace place_in(const Rect& area) const;

    Films& films_;
    std::vector<Watched> watched_;
    std::vector<Part> parts_;
};

} // namespace gds
