// SPDX-License-Identifier: GPL-2.0-or-later
// The ExtendedDesktopSize extension (rfbproto, "ExtendedDesktopSize Pseudo-encoding" and
// "SetDesktopSize"): screens and the judgement of a client's wish. No I/O.
#pragma once

#include "desktop/geometry.h"
#include "desktop/monitor_place.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gds {

struct Screen {
    std::uint32_t id = 0;
    std::uint16_t x = 0;
    std::uint16_t y = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::uint32_t flags = 0;
    bool operator==(const Screen&) const = default;
};

// The rectangle's x-position.
enum class ResizeReason : std::uint16_t { server = 0, this_client = 1, other_client = 2 };
// The rectangle's y-position.
enum class ResizeStatus : std::uint16_t {
    done = 0,
    prohibited = 1,
    out_of_resources = 2,
    invalid_layout = 3,
};

inline constexpr std::size_t k_max_screens = 16;
// Of a desktop made to a client's wish: each side of the picture costs memory for all.
inline constexpr int k_least_wished_side = 64;
inline constexpr int k_most_wished_side = 8192;

// True when a framebuffer could be arranged so: sides within k_max_side, 1 to k_max_screens screens
// with ids of their own, none empty, all within the framebuffer.
bool is_valid_layout(std::uint16_t width, std::uint16_t height, const std::vector<Screen>& screens);

// One screen that is the whole framebuffer.
std::vector<Screen> single_screen(Size size);

// The monitors of a framebuffer of that size; a single screen when they could not be told so.
std::vector<Screen> screens_of(const MonitorPlaces& monitors, Size size);

// Judges a client's wish: `done` where the host may be asked.
ResizeStatus judge_wish(std::uint16_t width, std::uint16_t height,
                        const std::vector<Screen>& screens);

} // namespace gds
