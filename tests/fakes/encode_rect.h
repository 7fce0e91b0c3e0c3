// SPDX-License-Identifier: GPL-2.0-or-later
// What a session makes of a rectangle: its pieces, encoded.
#pragma once

#include "rfb/encoder.h"
#include "rfb/rect_pieces.h"

#include <vector>

namespace gds::fakes {

inline std::vector<EncodedRect> encode_rect(const Encoder& encoder, const Frame& frame,
                                            const Rect& rect, const EncodeParams& params)
{
    std::vector<EncodedRect> result;
    for (const Rect& piece : pieces_of(rect)) {
        result.push_back({piece, encoder.encoding(), encoder.encode(frame, piece, params)});
    }
    return result;
}

} // namespace gds::fakes
