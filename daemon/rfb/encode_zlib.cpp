// SPDX-License-Identifier: GPL-2.0-or-later
// Zlib encoding (rfbproto, "Zlib Encoding"): the pixels as Raw has them, compressed.
#include "rfb/deflate.h"
#include "rfb/encoder.h"
#include "rfb/wire.h"

#include <cassert>

namespace gds {

namespace {

class ZlibEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return encoding::k_zlib; }

    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        assert(is_valid(params.format));
        assert(piece == piece.intersected(Rect::of(frame.size)));
        Bytes pixels;
        convert_pixels(frame, piece, params.format, pixels);
        Bytes compressed;
        deflate_block(pixels, params.compress_level, compressed);
        compressed.shrink_to_fit();
        return compressed;
    }
    EncodeParams relevant(const EncodeParams& params) const override
    {
        return {params.format, same_deflate_level(params.compress_level), -1};
    }
};

} // namespace

const Encoder& zlib_encoder()
{
    static const ZlibEncoder encoder;
    return encoder;
}

} // namespace gds
