// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/pieces_ahead.h"

#include <span>

namespace gds {

namespace {

// What a client that takes nothing holds encoded; in the worst case four octets each.
constexpr std::int64_t k_most_ahead = 1 << 19;
// More is begun only when so much of it has been taken, so that the workers get whole batches.
constexpr std::int64_t k_fewest_ahead = k_most_ahead / 2;

} // namespace

Region PiecesAhead::rest() const
{
    std::vector<Rect> rects;
    for (std::size_t i = taken_; i < pieces_.size(); ++i) {
        rects.push_back(
            {pieces_[i].at.x, pieces_[i].at.y, pieces_[i].from.width, pieces_[i].from.height});
    }
    return Region::of(rects);
}

Task<> PiecesAhead::wait()
{
    const EncodedPiecePtr next = ahead_.front();
    co_await next->wait();
}

PiecesAhead::Next PiecesAhead::take()
{
    const Piece& piece = pieces_[taken_++];
    Next next{{piece.at.x, piece.at.y, piece.from.width, piece.from.height},
              std::move(ahead_.front())};
    ahead_.pop_front();
    ahead_pixels_ -= piece.from.area();
    look_ahead();
    return next;
}

void PiecesAhead::look_ahead()
{
    if (ahead_pixels_ > k_fewest_ahead) {
        return;
    }
    const std::size_t first = begun_;
    while (begun_ < pieces_.size() && ahead_pixels_ < k_most_ahead) {
        ahead_pixels_ += pieces_[begun_++].from.area();
    }
    const std::span more{pieces_.data() + first, begun_ - first};
    for (auto& each : shared_.encode(more, encoder_, params_)) {
        ahead_.push_back(std::move(each));
    }
    for (auto& piece : more) {
        piece.source.reset(); // who takes nothing keeps no picture
    }
}

} // namespace gds
