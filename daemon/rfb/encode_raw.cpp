// SPDX-License-Identifier: GPL-2.0-or-later
// Raw encoding (RFC 6143, 7.7.1): the pixels as they are.
#include "rfb/encoder.h"

namespace gds {

namespace {

constexpr std::int32_t k_raw = 0;

class RawEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return k_raw; }

    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        Bytes pixels;
        convert_pixels(frame, piece, params.format, pixels);
        return pixels;
    }
    EncodeParams relevant(const EncodeParams& params) const override
    {
        return {params.format, 0, -1};
    }
};

} // namespace

const Encoder& raw_encoder()
{
    static const RawEncoder encoder;
    return encoder;
}

} // namespace gds
