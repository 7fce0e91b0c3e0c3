// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/desktop_size.h"

#include <algorithm>

namespace gds {

bool is_valid_layout(std::uint16_t width, std::uint16_t height, const std::vector<Screen>& screens)
{
    if (width == 0 || height == 0 || width > k_max_side || height > k_max_side) {
        return false;
    }
    if (screens.empty() || screens.size() > k_max_screens) {
        return false;
    }
    for (auto screen = screens.begin(); screen != screens.end(); ++screen) {
        if (screen->width == 0 || screen->height == 0) {
            return false;
        }
        if (screen->x + screen->width > width || screen->y + screen->height > height) {
            return false;
        }
        const auto same_id = [id = screen->id](const Screen& other) { return other.id == id; };
        if (std::any_of(std::next(screen), screens.end(), same_id)) {
            return false;
        }
    }
    return true;
}

std::vector<Screen> single_screen(Size size)
{
    Screen screen;
    screen.width = static_cast<std::uint16_t>(size.width);
    screen.height = static_cast<std::uint16_t>(size.height);
    return {screen};
}

std::vector<Screen> screens_of(const MonitorPlaces& monitors, Size size)
{
    std::vector<Screen> screens;
    for (const auto& [id, rect] : monitors) {
        if (rect.intersected(Rect::of(size)) != rect) {
            return single_screen(size);
        }
        Screen screen;
        screen.id = id;
        screen.x = static_cast<std::uint16_t>(rect.x);
        screen.y = static_cast<std::uint16_t>(rect.y);
        screen.width = static_cast<std::uint16_t>(rect.width);
        screen.height = static_cast<std::uint16_t>(rect.height);
        screens.push_back(screen);
    }
    const bool valid = is_valid_layout(static_cast<std::uint16_t>(size.width),
                                       static_cast<std::uint16_t>(size.height), screens);
    return valid ? screens : single_screen(size);
}

ResizeStatus judge_wish(std::uint16_t width, std::uint16_t height,
                        const std::vector<Screen>& screens)
{
    if (!is_valid_layout(width, height, screens)) {
        return ResizeStatus::invalid_layout;
    }
    // A size may be ours to choose; how many monitors there are is the desktop's affair.
    if (screens.size() != 1 || screens[0].width != width || screens[0].height != height) {
        return ResizeStatus::prohibited;
    }
    const auto [least, most] = std::minmax(width, height);
    return least >= k_least_wished_side && most <= k_most_wished_side
               ? ResizeStatus::done
               : ResizeStatus::out_of_resources;
}

} // namespace gds
