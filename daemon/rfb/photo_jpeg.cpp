// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/photo_jpeg.h"

#include "desktop/vector_clones.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include <turbojpeg.h>

namespace gds {

namespace {

// A JPEG stream begins with some 620 octets of tables: below this area deflate does as well.
constexpr std::int64_t k_least_area = 1024;
// So many rows tell enough of a picture, an odd number apart, because patterns are even.
constexpr int k_rows = 24;
constexpr int k_least_row_step = 3;
// What adjoining pixels of a photograph differ by, at most, in any component.
constexpr int k_small_step = 24;

struct Loss {
    int quality;
    TJSAMP subsampling;
};

// What RFB's levels mean to viewers: the scale of VirtualGL, TurboVNC and TigerVNC.
constexpr std::array<Loss, 10> k_losses{{{15, TJSAMP_420},
                                         {29, TJSAMP_420},
                                         {41, TJSAMP_420},
                                         {42, TJSAMP_422},
                                         {62, TJSAMP_422},
                                         {77, TJSAMP_422},
                                         {79, TJSAMP_444},
                                         {86, TJSAMP_444},
                                         {92, TJSAMP_444},
                                         {100, TJSAMP_444}}};

constexpr int k_pixel_order =
    std::endian::native == std::endian::little ? int{TJPF_BGRX} : int{TJPF_XRGB};

struct Destroy {
    void operator()(void* handle) const { tjDestroy(handle); }
};
struct Free {
    void operator()(unsigned char* buffer) const { tjFree(buffer); }
};
using BufferPtr = std::unique_ptr<unsigned char, Free>;

struct Steps {
    int equal = 0;
    int small = 0;
};

int component_step(std::uint32_t a, std::uint32_t b, unsigned shift)
{
    return std::abs(static_cast<int>((a >> shift) & 255) - static_cast<int>((b >> shift) & 255));
}

GDS_VECTOR_CLONES
Steps count_steps(const std::uint32_t* row, int width)
{
    Steps steps;
    for (int x = 1; x < width; ++x) {
        const int step =
            std::max({component_step(row[x - 1], row[x], 16), component_step(row[x - 1], row[x], 8),
                      component_step(row[x - 1], row[x], 0)});
        steps.equal += step == 0 ? 1 : 0;
        steps.small += step != 0 && step <= k_small_step ? 1 : 0;
    }
    return steps;
}

} // namespace

bool looks_like_photo(const Frame& frame, const Rect& rect)
{
    if (rect.area() < k_least_area || rect.width < 2) {
        return false;
    }
    std::int64_t equal = 0;
    std::int64_t small = 0;
    std::int64_t pairs = 0;
    const int step = std::max(k_least_row_step, rect.height / k_rows | 1);
    for (int y = rect.y; y < rect.bottom(); y += step) {
        const Steps steps = count_steps(frame.row(y) + rect.x, rect.width);
        pairs += rect.width - 1;
        equal += steps.equal;
        small += steps.small;
    }
    return equal * 5 < pairs && small * 2 > pairs - equal;
}

void append_jpeg(const Frame& frame, const Rect& rect, int quality_level, Bytes& out)
{
    const auto [quality, subsampling] =
        k_losses[static_cast<std::size_t>(std::clamp(quality_level, 0, 9))];

    thread_local const std::unique_ptr<void, Destroy> compressor{tjInitCompress()};
    if (!compressor) {
        throw std::bad_alloc{};
    }
    unsigned long length = tjBufSize(rect.width, rect.height, subsampling);
    const BufferPtr buffer{tjAlloc(static_cast<int>(length))};
    if (!buffer) {
        throw std::bad_alloc{};
    }
    unsigned char* start = buffer.get();
    const auto* pixels = reinterpret_cast<const unsigned char*>(frame.row(rect.y) + rect.x);
    if (tjCompress2(compressor.get(), pixels, rect.width, frame.stride * 4, rect.height,
                    k_pixel_order, &start, &length, subsampling, quality, TJFLAG_NOREALLOC) != 0) {
        throw std::runtime_error{std::string{"JPEG: "} + tjGetErrorStr2(compressor.get())};
    }
    out.insert(out.end(), start, start + length);
}

} // namespace gds
