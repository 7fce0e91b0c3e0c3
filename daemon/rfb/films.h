// SPDX-License-Identifier: GPL-2.0-or-later
// Films: the parts of the screen that go as Open H.264 (rfbproto), each encoded once for all
// clients that watch it in one quality. A frame is encoded when the first of them is ready for it.
// Who joins, or was left behind, waits for the next key frame and is sent pictures until then.
// Owned by SharedPictures; main thread. Encodes on the worker pool, one frame of a stream at a
// time.
#pragma once

#include "base/shared_result.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "base/worker_pool.h"
#include "rfb/film_areas.h"
#include "rfb/h264_encoder.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace gds {

using FilmFramePtr = std::shared_ptr<SharedResult<H264Frame>>;

// Where a client is in a stream: the last frame that it has.
struct FilmPlace {
    std::uint64_t stream = 0; // 0: in none
    std::uint64_t frame = 0;
    bool operator==(const FilmPlace&) const = default;
};

// What brings a client up to date.
struct FilmPart {
    std::vector<FilmFramePtr> frames; // in this order, together
    bool resets = false; // the client's decoder begins anew
    FilmPlace place; // where the client is then
};

class Films {
public:
    using Open = std::function<std::unique_ptr<H264Encoder>(Size, int)>;
    using Clock = std::chrono::steady_clock;

    // A key frame costs as much as many others: none is made for those who wait before so long.
    static constexpr std::chrono::milliseconds k_between_keys{1'000};
    static constexpr std::size_t k_most_streams = 8;
    // When no pictures come any more, nothing of a film is kept for longer.
    static constexpr std::chrono::milliseconds k_kept{1'500};
    // An encoder that nobody asks for so long is let go; its memory is some tens of pictures.
    static constexpr std::chrono::milliseconds k_unwatched{2'000};
    // Who is this many frames behind, but no more, is sent all of them.
    static constexpr std::size_t k_most_behind = 4;

    // `workers` outlives it. `open` is called by a worker.
    explicit Films(WorkerPool& workers, Open open = open_h264_encoder)
        : workers_(workers), open_(std::move(open))
    {}

    // There is a new picture; for each, by any number of clients that can watch films.
    void look(const FramePtr& frame, Clock::time_point now = Clock::now());
    void scrolled(const Region& area) { areas_.scrolled(area); }
    // Of that picture; none when they cannot be encoded.
    const std::vector<Rect>& areas(const FramePtr& frame) const;

    // `area` is one of areas(). Nothing: not as a film this time.
    std::optional<FilmPart> take(const Rect& area, const FramePtr& frame, int quality_level,
                                 const FilmPlace& has, Clock::time_point now = Clock::now());

    bool idle() const { return streams_.empty() && tasks_.empty(); }
    // For the tests: how many frames were encoded.
    std::uint64_t encoded() const { return encoded_; }

private:
    struct Entry {
        std::uint64_t number = 0;
        bool key = false;
        FilmFramePtr frame;
    };
    // What the worker has while it encodes; only one does.
    struct Machine {
        std::unique_ptr<H264Encoder> encoder;
    };
    struct Job {
        FramePtr picture;
        bool key = false;
        FilmFramePtr result;
    };
    struct Stream {
        std::uint64_t id = 0;
        Rect area;
        int quality = 0;
        std::uint64_t next = 1;
        std::uint64_t serial = 0; // of the picture last taken in
        std::weak_ptr<const Frame> last;
        std::deque<Entry> log;
        Clock::time_point last_key{};
        Clock::time_point watched{}; // by looked_at_'s time
        std::deque<Job> jobs;
        bool running = false;
        std::shared_ptr<Machine> machine = std::make_shared<Machine>();
    };
    using StreamPtr = std::shared_ptr<Stream>;

    StreamPtr stream_of(const Rect& area, int quality);
    void begin_frame(const StreamPtr& stream, const FramePtr& picture, bool key,
                     Clock::time_point now);
    Task<> encode(StreamPtr stream);
    void give_up(const char* why);
    void forget();

    WorkerPool& workers_;
    Open open_;
    FilmAreas areas_;
    std::weak_ptr<const Frame> looked_at_;
    Clock::time_point looked_{};
    std::vector<StreamPtr> streams_;
    std::uint64_t last_id_ = 0;
    bool off_ = false; // it did not work, and is not tried again
    Source forget_;
    std::uint64_t encoded_ = 0;
    TaskScope tasks_;
};

} // namespace gds
