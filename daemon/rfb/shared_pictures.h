// SPDX-License-Identifier: GPL-2.0-or-later
// SharedPictures: what many clients need of one picture is computed once for all of them: encoded
// pieces, for those with equal needs, and what has moved. Owned by the server, for all its
// sessions; main thread. Computes on the worker pool.
#pragma once

#include "base/shared_result.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "base/worker_pool.h"
#include "rfb/encoder.h"
#include "rfb/films.h"
#include "rfb/move_search.h"
#include "rfb/update_plan.h"

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

namespace gds {

// What Encoder::encode() gives.
using EncodedPiece = SharedResult<Bytes>;
using EncodedPiecePtr = std::shared_ptr<EncodedPiece>;
using FoundMoves = SharedResult<MovedContent>;
using FoundMovesPtr = std::shared_ptr<FoundMoves>;

class SharedPictures {
public:
    // `workers` outlives it; so do not its sessions.
    // Whoever needs of a picture what was made comes within `kept`, or has it already.
    explicit SharedPictures(WorkerPool& workers,
                            std::chrono::milliseconds kept = std::chrono::milliseconds{500})
        : workers_(workers), kept_(kept), films_(workers)
    {}

    WorkerPool& workers() { return workers_; }

    // The picture that is shown now. What was made of the one before it stays with those who hold
    // it, and no longer.
    void shows(const FramePtr& frame);

    // A result for each piece, begun if nobody has yet. `encoder` lives as long as the program.
    std::vector<EncodedPiecePtr> encode(std::span<const Piece> pieces, const Encoder& encoder,
                                        const EncodeParams& params);
    FoundMovesPtr find_moves(const MoveSearch::Job& job);
    Films& films() { return films_; }

    // Nothing is kept or under way.
    bool idle() const
    {
        return !shown_ && made_.empty() && searches_.empty() && tasks_.empty() && films_.idle();
    }
    // For the tests: how many pieces were encoded, and searches made.
    std::uint64_t encoded() const { return encoded_; }
    std::uint64_t searched() const { return searched_; }

private:
    struct Made {
        Rect from;
        const Encoder* encoder;
        EncodeParams params;
        EncodedPiecePtr piece;
    };
    // Tells pictures apart without holding them: they are to be drawn into again soon, while they
    // are in the processor's cache, and another is one more in memory.
    class PictureName {
    public:
        explicit PictureName(const FramePtr& frame) : frame_(frame), serial_(frame->serial) {}
        bool is_of(const FramePtr& frame) const
        {
            return !frame_.owner_before(frame) && !frame.owner_before(frame_) &&
                   frame->serial == serial_;
        }

    private:
        std::weak_ptr<const Frame> frame_;
        std::uint64_t serial_;
    };
    struct Searched {
        PictureName shown;
        PictureName now;
        Region changed;
        Region stale;
        FoundMovesPtr found;
    };
    struct Batch {
        std::vector<Piece> pieces;
        std::vector<EncodedPiecePtr> results;
        const Encoder* encoder;
        EncodeParams params;
    };

    EncodedPiecePtr made(const Piece& piece, const Encoder& encoder, const EncodeParams& params);
    void keep(const Piece& piece, const Encoder& encoder, const EncodeParams& params,
              const EncodedPiecePtr& result);
    void encode_at_once(const Batch& batch);
    Task<> encode_batch(Batch batch);
    void fail(const Batch& batch, const std::exception_ptr& error);
    Task<> search(MoveSearch::Job job, FoundMovesPtr result);
    void forget();

    WorkerPool& workers_;
    std::chrono::milliseconds kept_;
    Films films_;
    FramePtr shown_;
    std::vector<Made> made_; // of shown_
    std::int64_t made_pixels_ = 0;
    std::vector<Searched> searches_; // for shown_
    Source forget_;
    std::uint64_t encoded_ = 0;
    std::uint64_t searched_ = 0;
    TaskScope tasks_;
};

} // namespace gds
