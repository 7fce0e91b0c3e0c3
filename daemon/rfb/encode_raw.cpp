// SPDX-License-Identifier: GPL-2.0-or-later
// Raw encoding (RFC 6143, 7.7.1): the pixels as they are, one rectangle.
#include "rfb/encoder.h"

#include <utility>

namespace gds {

namespace {

constexpr std::int32_t k_raw = 0;

class RawEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return k_raw; }

    std::vector<EncodedRect> encode(const Frame& frame, const Rect& rect,
                                    const EncodeParams& params) const override
    {
        EncodedRect encoded{rect, k_raw, {}};
        convert_pixels(frame, rect, params.format, encoded.payload);
        std::vector<EncodedRect> result;
        result.push_back(std::move(encoded));
        return result;
    }
};

} // namespace

const Encoder& raw_encoder()
{
    static const RawEncoder encoder;
    return encoder;
}

} // namespace gds
