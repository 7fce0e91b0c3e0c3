// SPDX-License-Identifier: GPL-2.0-or-later
// Frame: one picture of the desktop, immutable once shared. Sources fill a Frame and hand it on as
// FramePtr; whoever needs it longer holds it longer. Its pixels are its own, or lent by somebody
// who does not write them while the frame is there.
#pragma once

#include "desktop/geometry.h"
#include "desktop/region.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gds {

struct Frame {
    Size size;
    // Pixels from one row to the next.
    int stride = 0;
    // Its own. Row-major, 0x??RRGGBB in native order; the top octet is undefined: mask before
    // comparing.
    std::vector<std::uint32_t> pixels;
    // What may differ from the frame with serial - 1 of the same source and size; the whole picture
    // after a change of size.
    Region damage;
    // Grows by one with each frame that a source hands on.
    std::uint64_t serial = 0;

    explicit Frame(Size frame_size)
        : size(frame_size), stride(frame_size.width),
          pixels(static_cast<std::size_t>(frame_size.width) *
                 static_cast<std::size_t>(frame_size.height))
    {}
    // `rows` are there, and the same, as long as the lender's object is.
    Frame(Size frame_size, const std::uint32_t* rows, int rows_stride,
          std::shared_ptr<const void> lender)
        : size(frame_size), stride(rows_stride), lent_(rows), lender_(std::move(lender))
    {}
    const std::uint32_t* row(int y) const
    {
        return (lent_ != nullptr ? lent_ : pixels.data()) + static_cast<std::ptrdiff_t>(y) * stride;
    }
    // Of its own pixels.
    std::uint32_t* row(int y) { return pixels.data() + static_cast<std::ptrdiff_t>(y) * stride; }

private:
    const std::uint32_t* lent_ = nullptr;
    std::shared_ptr<const void> lender_;
};

using FramePtr = std::shared_ptr<const Frame>;

inline constexpr std::uint32_t k_rgb_mask = 0x00ffffffU;

} // namespace gds
