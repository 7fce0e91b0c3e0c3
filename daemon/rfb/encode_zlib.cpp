// SPDX-License-Identifier: GPL-2.0-or-later
// Zlib encoding (rfbproto, "Zlib Encoding"): the pixels as Raw has them, compressed.
#include "rfb/deflate.h"
#include "rfb/encoder.h"
#include "rfb/rect_pieces.h"
#include "rfb/wire.h"

#include <cassert>
#include <utility>

namespace gds {

namespace {

class ZlibEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return encoding::k_zlib; }

    std::vector<EncodedRect> encode(const Frame& frame, const Rect& rect,
                                    const EncodeParams& params) const override
    {
        assert(is_valid(params.format));
        assert(rect == rect.intersected(Rect::of(frame.size)));
        Bytes pixels;
        std::vector<EncodedRect> result;
        for (const Rect& piece : pieces_of(rect)) {
            pixels.clear();
            convert_pixels(frame, piece, params.format, pixels);
            EncodedRect encoded{piece, encoding(), {}};
            deflate_block(pixels, params.compress_level, encoded.payload);
            encoded.payload.shrink_to_fit();
            result.push_back(std::move(encoded));
        }
        return result;
    }
};

} // namespace

const Encoder& zlib_encoder()
{
    static const ZlibEncoder encoder;
    return encoder;
}

} // namespace gds
