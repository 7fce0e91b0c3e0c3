// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/video_planes.h"

#include "desktop/vector_clones.h"

#include <cassert>

namespace gds {

namespace {

// ITU-R BT.709, 3: in 65536ths, for 8 bits from 16 to 235 (brightness) and 240 (colour).
constexpr int k_one = 1 << 16;
constexpr int k_black = 16 * k_one + k_one / 2;
constexpr int k_grey = 128 * k_one + k_one / 2;

int red_of(std::uint32_t pixel) { return static_cast<int>((pixel >> 16) & 255); }
int green_of(std::uint32_t pixel) { return static_cast<int>((pixel >> 8) & 255); }
int blue_of(std::uint32_t pixel) { return static_cast<int>(pixel & 255); }

GDS_VECTOR_CLONES
void convert_luma(const std::uint32_t* __restrict pixels, int width, std::uint8_t* __restrict out)
{
    for (int x = 0; x < width; ++x) {
        const std::uint32_t pixel = pixels[x];
        const int sum = 11966 * red_of(pixel) + 40254 * green_of(pixel) + 4064 * blue_of(pixel);
        out[x] = static_cast<std::uint8_t>((sum + k_black) >> 16);
    }
}

// The mean of two by two pixels.
GDS_VECTOR_CLONES
void convert_colour(const std::uint32_t* __restrict upper, const std::uint32_t* __restrict lower,
                    int width, std::uint8_t* __restrict blue, std::uint8_t* __restrict red)
{
    for (int x = 0; x < width; ++x) {
        const std::uint32_t a = upper[2 * x];
        const std::uint32_t b = upper[2 * x + 1];
        const std::uint32_t c = lower[2 * x];
        const std::uint32_t d = lower[2 * x + 1];
        const int r = red_of(a) + red_of(b) + red_of(c) + red_of(d);
        const int g = green_of(a) + green_of(b) + green_of(c) + green_of(d);
        const int bl = blue_of(a) + blue_of(b) + blue_of(c) + blue_of(d);
        blue[x] =
            static_cast<std::uint8_t>((-6596 * r - 22189 * g + 28785 * bl + 4 * k_grey) >> 18);
        red[x] = static_cast<std::uint8_t>((28784 * r - 26145 * g - 2639 * bl + 4 * k_grey) >> 18);
    }
}

} // namespace

void convert_to_video(const Frame& frame, const Rect& rect, const VideoPlanes& planes)
{
    assert(rect == rect.intersected(Rect::of(frame.size)));
    assert(rect.width % 2 == 0 && rect.height % 2 == 0);
    for (int y = 0; y < rect.height; y += 2) {
        const std::uint32_t* upper = frame.row(rect.y + y) + rect.x;
        const std::uint32_t* lower = frame.row(rect.y + y + 1) + rect.x;
        convert_luma(upper, rect.width, planes.luma.row(y));
        convert_luma(lower, rect.width, planes.luma.row(y + 1));
        convert_colour(upper, lower, rect.width / 2, planes.blue.row(y / 2), planes.red.row(y / 2));
    }
}

} // namespace gds
