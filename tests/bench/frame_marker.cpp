// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame_marker.h"

#include <algorithm>
#include <ctime>

namespace gds::bench {
namespace {

constexpr std::uint64_t k_low_48 = (std::uint64_t{1} << k_squares_in_row) - 1;
constexpr Pixel k_black = 0xff000000;
constexpr Pixel k_white = 0xffffffff;

// Of both rows, so that halves of two frames do not pass for one.
std::uint64_t check_of(const FrameMarker& marker)
{
    std::uint64_t mixed = marker.painted_us * 0x9e3779b97f4a7c15 ^ marker.number;
    mixed ^= mixed >> 29;
    mixed *= 0xd6e8feb86659fd93;
    return mixed >> 48;
}

void paint_row_of_squares(std::uint64_t bits, int row, const Canvas& canvas)
{
    for (int y = row * k_square; y < (row + 1) * k_square; ++y) {
        for (int i = 0; i < k_squares_in_row; ++i) {
            std::fill_n(canvas.row(y) + i * k_square, k_square,
                        (bits >> i & 1) != 0 ? k_white : k_black);
        }
    }
}

std::uint64_t read_row_of_squares(int row, const Canvas& canvas)
{
    const Pixel* middle = canvas.row(row * k_square + k_square / 2);
    std::uint64_t bits = 0;
    for (int i = 0; i < k_squares_in_row; ++i) {
        const Pixel green = middle[i * k_square + k_square / 2] >> 8 & 0xff;
        bits |= std::uint64_t{green >= 128} << i;
    }
    return bits;
}

} // namespace

std::uint64_t monotonic_us()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

void paint_marker(const FrameMarker& marker, const Canvas& canvas)
{
    paint_row_of_squares(marker.number | check_of(marker) << 32, 0, canvas);
    paint_row_of_squares(marker.painted_us & k_low_48, 1, canvas);
}

std::optional<FrameMarker> read_marker(const Canvas& canvas)
{
    if (canvas.size.width < k_marker_area.width || canvas.size.height < k_marker_area.height) {
        return std::nullopt;
    }
    const std::uint64_t first = read_row_of_squares(0, canvas);
    const FrameMarker marker{static_cast<std::uint32_t>(first), read_row_of_squares(1, canvas)};
    return check_of(marker) == first >> 32 ? std::optional(marker) : std::nullopt;
}

} // namespace gds::bench
