// SPDX-License-Identifier: GPL-2.0-or-later
// PiecesAhead: the encoded pieces of one update in their order, computed some ahead of what the
// client takes, so that all workers have work and a slow client holds little. Owned by the updater.
#pragma once

#include "rfb/shared_pictures.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace gds {

class PiecesAhead {
public:
    PiecesAhead(SharedPictures& shared, std::vector<Piece> pieces, const Encoder& encoder,
                const EncodeParams& params)
        : shared_(shared), pieces_(std::move(pieces)), encoder_(encoder), params_(params)
    {
        look_ahead();
    }

    bool empty() const { return ahead_.empty(); }
    bool ready() const { return !ahead_.empty() && ahead_.front()->ready(); }
    // In the client's framebuffer: what was not taken.
    Region rest() const;
    // Until ready(); not when empty.
    Task<> wait();

    struct Next {
        Rect rect; // in the client's framebuffer
        EncodedPiecePtr encoded;
    };
    // When ready().
    Next take();

private:
    void look_ahead();

    SharedPictures& shared_;
    std::vector<Piece> pieces_;
    const Encoder& encoder_;
    EncodeParams params_;
    std::size_t taken_ = 0;
    std::size_t begun_ = 0; // of pieces_
    std::int64_t ahead_pixels_ = 0;
    std::deque<EncodedPiecePtr> ahead_; // pieces_[taken_] to pieces_[begun_ - 1]
};

} // namespace gds
