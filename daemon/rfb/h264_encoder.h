// SPDX-License-Identifier: GPL-2.0-or-later
// H.264 as Open H.264 wants it (rfbproto, "Open H.264 Encoding"): Baseline, one slice a frame,
// nothing held back, the colour space said. By FFmpeg's libavcodec, which is looked for when it is
// needed, and by whatever encoder that has. The one place that knows libavcodec.
#pragma once

#include "base/bytes.h"
#include "desktop/frame.h"

#include <memory>
#include <string>

namespace gds {

struct H264Frame {
    Bytes octets; // Annex B; a key frame with its parameter sets
    bool key = false;
};

// The state behind one stream. Any thread, one at a time.
class H264Encoder {
public:
    virtual ~H264Encoder() = default;
    // The next frame of the stream; as a key frame if asked to, and the first one in any case.
    // `area` lies within the frame and has the encoder's size.
    virtual H264Frame encode(const Frame& frame, const Rect& area, bool key) = 0;
};

// Sides that an encoder can be opened for; they are even, too.
inline constexpr int k_least_video_side = 16;
inline constexpr int k_most_video_side = 4096;

// Clients whose RFB quality levels (0..9) give the same can share a stream.
int video_quality(int quality_level);

// Throws std::runtime_error: there is none, or it does not do what is asked of it. May read files.
std::unique_ptr<H264Encoder> open_h264_encoder(Size size, int video_quality);

// For the doctor: which one open_h264_encoder() takes; else why there is none.
struct H264Support {
    std::string encoder; // as libavcodec calls it; empty: none
    std::string trouble;
};
H264Support find_h264_encoder();

} // namespace gds
