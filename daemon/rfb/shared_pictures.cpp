// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/shared_pictures.h"

#include "base/log.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gds {

namespace {

// One job: about half a millisecond's work, so that all workers have some.
constexpr std::int64_t k_batch_pixels = 1 << 17;
// What costs less than to wake a worker and to be woken by it is done at once.
constexpr std::int64_t k_little_pixels = 128 * 128;
constexpr int k_quick_compress_level = 6;
// Clients with many kinds of needs share less, but cost no more memory than this.
constexpr std::int64_t k_most_kept_pictures = 4;
constexpr std::size_t k_most_kept_pieces = 1024;
constexpr std::size_t k_most_searches = 16;

Bytes encode_piece(const Piece& piece, const Encoder& encoder, const EncodeParams& params)
{
    if (piece.source) {
        return encoder.encode(*piece.source, piece.from, params);
    }
    const Frame black{piece.from.size()};
    return encoder.encode(black, Rect::of(black.size), params);
}

} // namespace

void SharedPictures::shows(const FramePtr& frame)
{
    if (frame != shown_) {
        forget();
        shown_ = frame;
    }
    forget_ = call_after(kept_, [this] { forget(); });
}

void SharedPictures::forget()
{
    shown_.reset();
    made_.clear();
    made_pixels_ = 0;
    searches_.clear();
}

// --- pieces

EncodedPiecePtr SharedPictures::made(const Piece& piece, const Encoder& encoder,
                                     const EncodeParams& params)
{
    if (!piece.source || piece.source != shown_) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(made_, [&](const Made& each) {
        return each.from == piece.from && each.encoder == &encoder && each.params == params;
    });
    return found != made_.end() ? found->piece : nullptr;
}

void SharedPictures::keep(const Piece& piece, const Encoder& encoder, const EncodeParams& params,
                          const EncodedPiecePtr& result)
{
    if (!piece.source || piece.source != shown_) {
        return;
    }
    made_pixels_ += piece.from.area();
    if (made_pixels_ > Rect::of(shown_->size).area() * k_most_kept_pictures ||
        made_.size() >= k_most_kept_pieces) {
        made_.clear();
        made_pixels_ = piece.from.area();
    }
    made_.push_back({piece.from, &encoder, params, result});
}

std::vector<EncodedPiecePtr> SharedPictures::encode(std::span<const Piece> pieces,
                                                    const Encoder& encoder,
                                                    const EncodeParams& params)
{
    const EncodeParams needs = encoder.relevant(params);
    std::vector<EncodedPiecePtr> results;
    std::vector<Batch> batches;
    std::int64_t pixels = 0;
    std::int64_t all_pixels = 0;
    for (const auto& piece : pieces) {
        auto result = made(piece, encoder, needs);
        if (!result) {
            result = std::make_shared<EncodedPiece>();
            keep(piece, encoder, needs, result);
            if (batches.empty() || pixels >= k_batch_pixels) {
                batches.push_back({{}, {}, &encoder, needs});
                pixels = 0;
            }
            batches.back().pieces.push_back(piece);
            batches.back().results.push_back(result);
            pixels += piece.from.area();
            all_pixels += piece.from.area();
            ++encoded_;
        }
        results.push_back(std::move(result));
    }
    if (all_pixels <= k_little_pixels && needs.compress_level <= k_quick_compress_level) {
        for (const auto& batch : batches) {
            encode_at_once(batch);
        }
        return results;
    }
    for (auto& batch : batches) {
        tasks_.spawn(encode_batch(std::move(batch)));
    }
    return results;
}

void SharedPictures::encode_at_once(const Batch& batch)
{
    try {
        for (std::size_t i = 0; i < batch.pieces.size(); ++i) {
            batch.results[i]->set(encode_piece(batch.pieces[i], *batch.encoder, batch.params));
        }
    } catch (...) {
        fail(batch, std::current_exception());
    }
}

void SharedPictures::fail(const Batch& batch, const std::exception_ptr& error)
{
    for (const auto& result : batch.results) {
        if (!result->ready()) {
            std::erase_if(made_, [&](const Made& each) { return each.piece == result; });
            result->fail(error);
        }
    }
}

Task<> SharedPictures::encode_batch(Batch batch)
{
    auto job = [pieces = std::move(batch.pieces), encoder = batch.encoder, params = batch.params] {
        std::vector<Bytes> encoded;
        encoded.reserve(pieces.size());
        for (const auto& piece : pieces) {
            encoded.push_back(encode_piece(piece, *encoder, params));
        }
        return encoded;
    };
    std::exception_ptr error;
    try {
        auto encoded = co_await workers_.run(std::move(job));
        for (std::size_t i = 0; i < encoded.size(); ++i) {
            batch.results[i]->set(std::move(encoded[i]));
        }
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        fail(batch, error);
    }
}

// --- what has moved

FoundMovesPtr SharedPictures::find_moves(const MoveSearch::Job& job)
{
    const auto same = std::ranges::find_if(searches_, [&](const Searched& each) {
        return each.shown.is_of(job.shown) && each.now.is_of(job.now) &&
               each.changed == job.changed && each.stale == job.stale;
    });
    if (same != searches_.end()) {
        return same->found;
    }
    auto result = std::make_shared<FoundMoves>();
    if (job.now == shown_ && searches_.size() < k_most_searches) {
        searches_.push_back(
            {PictureName{job.shown}, PictureName{job.now}, job.changed, job.stale, result});
    }
    ++searched_;
    tasks_.spawn(search(job, result));
    return result;
}

Task<> SharedPictures::search(MoveSearch::Job job, FoundMovesPtr result)
{
    auto look = [job = std::move(job)] { return job.run(); };
    MovedContent found;
    try {
        found = co_await workers_.run(std::move(look));
    } catch (const std::exception& error) {
        log_warning(std::string{"what has moved could not be looked for: "} + error.what());
    }
    result->set(std::move(found));
}

} // namespace gds
