// SPDX-License-Identifier: GPL-2.0-or-later
// An encoding turns a rectangle of a frame into the octets of a FramebufferUpdate rectangle. Pure:
// the same input gives the same octets, whoever they are for, so that one result can serve many
// clients. Callable on any worker.
#pragma once

#include "base/bytes.h"
#include "desktop/frame.h"
#include "desktop/pixel_format.h"

#include <cstdint>

namespace gds {

struct EncodeParams {
    PixelFormat format;
    // 0..9, as the client's CompressLevel pseudo-encoding says; our default is 1.
    int compress_level = 1;
    // 0..9, as the client's QualityLevel says; -1: lossless.
    int quality_level = -1;
    bool operator==(const EncodeParams&) const = default;
};

// A rectangle of an update and what its header says.
struct EncodedRect {
    Rect rect;
    std::int32_t encoding = 0;
    Bytes payload;
};

class Encoder {
public:
    virtual ~Encoder() = default;
    virtual std::int32_t encoding() const = 0;
    // Everything behind the rectangle header of `piece`, which lies within the frame, is not empty
    // and has sides of at most k_piece_side. For Zlib and ZRLE without the length word: raw deflate
    // blocks that refer to nothing before them and end on an octet boundary, so that they can be
    // spliced into any client's stream; the session writes the length and, once per client, the
    // zlib header before it.
    virtual Bytes encode(const Frame& frame, const Rect& piece,
                         const EncodeParams& params) const = 0;
    // `params` without what makes no difference to the octets: clients for whom this is equal can
    // have the same.
    virtual EncodeParams relevant(const EncodeParams& params) const = 0;
};

const Encoder& raw_encoder();
const Encoder& hextile_encoder();
const Encoder& zlib_encoder();
const Encoder& zrle_encoder();
const Encoder& tight_encoder();

} // namespace gds
