// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/film_seat.h"

#include "rfb/server_message.h"
#include "rfb/wire.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace gds {

FilmPlace FilmSeat::place_in(const Rect& area) const
{
    const auto found = std::ranges::find_if(
        watched_, [&area](const Watched& watched) { return watched.area == area; });
    return found != watched_.end() ? found->place : FilmPlace{};
}

void FilmSeat::begin(const FramePtr& frame, const UpdateRequest& request, int quality_level,
                     Region& due)
{
    parts_.clear();
    const auto& areas = films_.areas(frame);
    std::erase_if(watched_, [&areas](const Watched& watched) {
        return std::ranges::find(areas, watched.area) == areas.end();
    });
    const Rect framebuffer = Rect::of(request.size());
    for (const auto& area : areas) {
        // A film is all of its area or nothing.
        const bool whole =
            framebuffer.intersected(area) == area && request.wanted(area).area() == area.area();
        if (!whole || !due.intersects(area)) {
            continue;
        }
        if (auto film = films_.take(area, frame, quality_level, place_in(area))) {
            parts_.push_back({area, std::move(*film)});
            due.subtract(area);
        }
    }
}

Task<> FilmSeat::wait(Region& due)
{
    std::vector<Part> begun = std::exchange(parts_, {});
    for (auto& part : begun) {
        bool failed = false;
        for (const auto& frame : part.film.frames) {
            co_await frame->wait();
            try {
                frame->get();
            } catch (const std::exception&) {
                failed = true; // Films has told
            }
        }
        if (failed) {
            due.add(part.area);
        } else {
            parts_.push_back(std::move(part));
        }
    }
}

std::size_t FilmSeat::count() const
{
    std::size_t count = 0;
    for (const auto& part : parts_) {
        count += part.film.frames.size();
    }
    return count;
}

Region FilmSeat::area() const
{
    Region area;
    for (const auto& part : parts_) {
        area.add(part.area);
    }
    return area;
}

std::vector<Rect> FilmSeat::put(StreamWriter& out)
{
    std::vector<Rect> put;
    for (auto& part : std::exchange(parts_, {})) {
        // Not many frames in one rectangle, which few viewers have ever met.
        bool resets = part.film.resets;
        for (const auto& frame : part.film.frames) {
            const Bytes& octets = frame->get().octets;
            put_rect_header(out, part.area, encoding::k_open_h264);
            out.put_u32(static_cast<std::uint32_t>(octets.size()));
            // With anything but a key frame nothing would be shown.
            out.put_u32(resets ? open_h264::k_reset_context : 0);
            out.put_bytes(octets);
            resets = false;
        }
        std::erase_if(watched_, [&](const Watched& each) { return each.area == part.area; });
        watched_.push_back({part.area, part.film.place});
        put.push_back(part.area);
    }
    return put;
}

} // namespace gds
