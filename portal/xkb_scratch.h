// SPDX-License-Identifier: GPL-2.0-or-later
// XkbScratch: a keyboard state of a keymap to try keys on, by evdev codes. A local of whoever
// tries.
#pragma once

#include "desktop/input_sink.h"

#include <algorithm>
#include <cstdint>

#include <xkbcommon/xkbcommon.h>

namespace gds {

inline constexpr std::uint32_t k_evdev_to_xkb = 8;

struct XkbScratch {
    xkb_state* state;
    explicit XkbScratch(xkb_keymap* keymap) : state(xkb_state_new(keymap)) {}
    XkbScratch(const XkbScratch&) = delete;
    XkbScratch& operator=(const XkbScratch&) = delete;
    ~XkbScratch() { xkb_state_unref(state); }

    void set(std::uint32_t depressed, std::uint32_t locked, std::uint32_t group)
    {
        xkb_state_update_mask(state, depressed, 0, locked, 0, 0, group);
    }
    void key(std::uint32_t code, KeyState to)
    {
        xkb_state_update_key(state, code + k_evdev_to_xkb,
                             to == KeyState::pressed ? XKB_KEY_DOWN : XKB_KEY_UP);
    }
    std::uint32_t mods(xkb_state_component which) const
    {
        return xkb_state_serialize_mods(state, which);
    }
    std::uint32_t group() const
    {
        return xkb_state_serialize_layout(state, XKB_STATE_LAYOUT_EFFECTIVE);
    }
    std::uint32_t keysym(std::uint32_t code) const
    {
        return xkb_state_key_get_one_sym(state, code + k_evdev_to_xkb);
    }
};

template <typename Visitor>
void each_code(xkb_keymap* keymap, Visitor visit)
{
    const auto last = xkb_keymap_max_keycode(keymap);
    for (auto code = std::max(xkb_keymap_min_keycode(keymap), k_evdev_to_xkb); code <= last;
         ++code) {
        visit(code - k_evdev_to_xkb);
    }
}

} // namespace gds
