// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/films.h"

#include "base/log.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace gds {

namespace {

const std::vector<Rect> k_no_areas;

bool same(const std::weak_ptr<const Frame>& a, const FramePtr& b) { return a.lock() == b; }

} // namespace

void Films::look(const FramePtr& frame, Clock::time_point now)
{
    if (off_ || same(looked_at_, frame)) {
        return;
    }
    looked_at_ = frame;
    looked_ = now;
    areas_.look(*frame, now);
    std::erase_if(streams_, [&](const StreamPtr& stream) {
        return now - stream->watched > k_unwatched ||
               std::ranges::find(areas_.films(), stream->area) == areas_.films().end();
    });
    forget_ = call_after(k_kept, [this] { forget(); });
}

// Nothing moves, or nobody watches any more.
void Films::forget()
{
    areas_ = {};
    streams_.clear();
    looked_at_.reset();
}

const std::vector<Rect>& Films::areas(const FramePtr& frame) const
{
    return same(looked_at_, frame) ? areas_.films() : k_no_areas;
}

Films::StreamPtr Films::stream_of(const Rect& area, int quality)
{
    const auto found = std::ranges::find_if(streams_, [&](const StreamPtr& each) {
        return each->area == area && each->quality == quality;
    });
    if (found != streams_.end()) {
        return *found;
    }
    if (streams_.size() >= k_most_streams) {
        return nullptr;
    }
    auto stream = std::make_shared<Stream>();
    stream->id = ++last_id_;
    stream->area = area;
    stream->quality = quality;
    streams_.push_back(stream);
    return stream;
}

std::optional<FilmPart> Films::take(const Rect& area, const FramePtr& frame, int quality_level,
                                    const FilmPlace& has, Clock::time_point now)
{
    const StreamPtr stream = off_ ? nullptr : stream_of(area, video_quality(quality_level));
    if (!stream) {
        return std::nullopt;
    }
    stream->watched = looked_;
    auto& log = stream->log;
    // What follows the last frame that the client has is still here.
    const bool follows = has.stream == stream->id && has.frame + 1 >= stream->next - log.size();
    if (!same(stream->last, frame)) {
        const bool key = !follows;
        const bool key_is_due = stream->next == 1 || now - stream->last_key >= k_between_keys;
        if ((key && !key_is_due) || (stream->next > 1 && frame->serial <= stream->serial)) {
            return std::nullopt;
        }
        begin_frame(stream, frame, key, now);
    }
    auto first = log.begin();
    if (follows) {
        first =
            std::ranges::find_if(log, [&](const Entry& each) { return each.number > has.frame; });
    } else {
        const auto key =
            std::find_if(log.rbegin(), log.rend(), [](const Entry& e) { return e.key; });
        first = key == log.rend() ? log.end() : std::prev(key.base());
    }
    if (first == log.end()) {
        return std::nullopt;
    }
    FilmPart part;
    part.resets = !follows;
    part.place = {stream->id, log.back().number};
    for (; first != log.end(); ++first) {
        part.frames.push_back(first->frame);
    }
    // Only now: the oldest may be what this client needs.
    while (log.size() > k_most_behind) {
        log.pop_front();
    }
    return part;
}

void Films::begin_frame(const StreamPtr& stream, const FramePtr& picture, bool key,
                        Clock::time_point now)
{
    auto result = std::make_shared<SharedResult<H264Frame>>();
    stream->log.push_back({stream->next++, key, result});
    if (key) {
        stream->last_key = now;
    }
    stream->last = picture;
    stream->serial = picture->serial;
    stream->jobs.push_back({picture, key, std::move(result)});
    ++encoded_;
    if (!stream->running) {
        stream->running = true;
        tasks_.spawn(encode(stream));
    }
}

Task<> Films::encode(StreamPtr stream)
{
    while (!stream->jobs.empty()) {
        const Job job = std::move(stream->jobs.front());
        stream->jobs.pop_front();
        auto work = [machine = stream->machine, picture = job.picture, key = job.key,
                     area = stream->area, quality = stream->quality, open = open_] {
            if (!machine->encoder) {
                machine->encoder = open(area.size(), quality);
            }
            return machine->encoder->encode(*picture, area, key);
        };
        std::exception_ptr error;
        try {
            H264Frame made = co_await workers_.run(std::move(work));
            if (job.key && !made.key) {
                throw std::runtime_error{"no key frame was made"};
            }
            job.result->set(std::move(made));
        } catch (const std::exception& failure) {
            give_up(failure.what());
            error = std::current_exception();
        }
        if (error) {
            job.result->fail(error);
            for (const auto& next : std::exchange(stream->jobs, {})) {
                next.result->fail(error);
            }
        }
    }
    stream->running = false;
}

void Films::give_up(const char* why)
{
    if (!off_) {
        log_warning(std::string{"films are not sent as H.264: "} + why);
    }
    off_ = true;
    forget_.reset();
    forget();
}

} // namespace gds
