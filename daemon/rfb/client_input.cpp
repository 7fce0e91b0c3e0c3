// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/client_input.h"

#include "rfb/qnum_to_evdev.h"

#include <algorithm>
#include <utility>

#include <linux/input-event-codes.h>

namespace gds {

namespace {

// Nobody has more fingers; a client that claims to is not believed.
constexpr std::size_t k_most_held_keys = 64;
constexpr std::uint32_t k_last_keysym = 0x1fffffff;
constexpr std::uint32_t k_keysym_tab = 0xff09;
constexpr std::uint32_t k_keysym_iso_left_tab = 0xfe20;

constexpr unsigned k_button_count = 9;
constexpr unsigned k_first_wheel_bit = 3;
constexpr unsigned k_last_wheel_bit = 6;
// By bit of the mask; the side buttons are those that desktops take for "back" and "forward".
constexpr std::uint32_t k_evdev_buttons[k_button_count] = {
    BTN_LEFT, BTN_MIDDLE, BTN_RIGHT, 0, 0, 0, 0, BTN_SIDE, BTN_EXTRA,
};

struct WheelStep {
    int dx;
    int dy;
};
constexpr WheelStep k_wheel_steps[] = {{0, -1}, {0, 1}, {-1, 0}, {1, 0}};

bool is_wheel(unsigned bit) { return bit >= k_first_wheel_bit && bit <= k_last_wheel_bit; }

// The letter's keysym in the other case (Latin-1); 0 when it has none.
std::uint32_t other_case(std::uint32_t keysym)
{
    const std::uint32_t lower = keysym | 0x20;
    const bool ascii = lower >= 'a' && lower <= 'z';
    const bool latin1 = lower >= 0xe0 && lower <= 0xfe && lower != 0xf7;
    return keysym <= 0xff && (ascii || latin1) ? keysym ^ 0x20 : 0;
}

} // namespace

bool ClientInput::allowed()
{
    if (host_.may_control()) {
        return true;
    }
    release_all();
    return false;
}

void ClientInput::key_event(std::uint32_t keysym, KeyState state)
{
    if (keysym == 0 || keysym > k_last_keysym || !allowed()) {
        return;
    }
    flush_motion();
    // RFC 6143, 7.5.4: taken as a shifted Tab, whose Shift came on its own.
    if (keysym == k_keysym_iso_left_tab) {
        keysym = k_keysym_tab;
    }
    if (state == KeyState::pressed) {
        // The client repeats presses of a held key; so does the desktop, and once is enough.
        if (held_keysyms_.size() < k_most_held_keys && held_keysyms_.count(keysym) == 0 &&
            host_.input().key_sym(keysym, state)) {
            held_keysyms_.insert(keysym);
        }
        return;
    }
    // Shift may have been released between press and release of a letter.
    if (held_keysyms_.count(keysym) == 0) {
        keysym = other_case(keysym);
    }
    if (held_keysyms_.erase(keysym) != 0) {
        host_.input().key_sym(keysym, state);
    }
}

void ClientInput::extended_key_event(std::uint32_t keysym, std::uint32_t qnum, KeyState state)
{
    const auto evdev_code = qnum_to_evdev(qnum);
    if (evdev_code == 0) {
        key_event(keysym, state);
        return;
    }
    if (!allowed()) {
        return;
    }
    flush_motion();
    if (state == KeyState::released) {
        if (held_codes_.erase(evdev_code) != 0) {
            host_.input().key_code(evdev_code, state);
        }
    } else if (held_codes_.count(evdev_code) == 0 && host_.input().key(evdev_code, keysym, state)) {
        held_codes_.insert(evdev_code);
    }
}

void ClientInput::pointer_event(Point position, unsigned buttons)
{
    if (!allowed()) {
        return;
    }
    const Size size = host_.frame()->size;
    motion_ = Point{std::clamp(position.x, 0, std::max(size.width - 1, 0)),
                    std::clamp(position.y, 0, std::max(size.height - 1, 0))};
    last_position_ = motion_;
    last_moved_ = std::chrono::steady_clock::now();
    pointer_lock_.moved(*motion_, last_moved_);
    change_buttons(buttons);
}

void ClientInput::relative_pointer_event(Point by, unsigned buttons)
{
    if (!allowed()) {
        return;
    }
    relative_motion_.x += by.x;
    relative_motion_.y += by.y;
    change_buttons(buttons);
}

void ClientInput::change_buttons(unsigned buttons)
{
    buttons &= (1U << k_button_count) - 1;
    const unsigned changed = buttons ^ held_buttons_;
    if (changed == 0) {
        return;
    }
    flush_motion();
    for (unsigned bit = 0; bit < k_button_count; ++bit) {
        if ((changed >> bit & 1U) != 0) {
            const bool down = (buttons >> bit & 1U) != 0;
            change_button(bit, down ? KeyState::pressed : KeyState::released);
        }
    }
}

void ClientInput::change_button(unsigned bit, KeyState state)
{
    if (is_wheel(bit)) {
        if (state == KeyState::pressed) {
            const auto& step = k_wheel_steps[bit - k_first_wheel_bit];
            host_.input().pointer_wheel(step.dx, step.dy);
        }
    } else if (!host_.input().pointer_button(k_evdev_buttons[bit], state) &&
               state == KeyState::pressed) {
        return;
    }
    held_buttons_ ^= 1U << bit;
}

void ClientInput::flush_motion()
{
    if (motion_ && host_.may_control()) {
        host_.input().pointer_motion(*motion_);
    }
    motion_.reset();
    const Point by = std::exchange(relative_motion_, {});
    if (by != Point{} && host_.may_control()) {
        host_.input().pointer_relative(by.x, by.y);
    }
}

void ClientInput::release_all()
{
    motion_.reset();
    relative_motion_ = {};
    if (held_codes_.empty() && held_keysyms_.empty() && held_buttons_ == 0) {
        return;
    }
    auto& input = host_.input();
    for (const auto evdev_code : held_codes_) {
        input.key_code(evdev_code, KeyState::released);
    }
    for (const auto keysym : held_keysyms_) {
        input.key_sym(keysym, KeyState::released);
    }
    held_codes_.clear();
    held_keysyms_.clear();
    for (unsigned bit = 0; bit < k_button_count; ++bit) {
        if ((held_buttons_ >> bit & 1U) != 0) {
            change_button(bit, KeyState::released);
        }
    }
}

} // namespace gds
