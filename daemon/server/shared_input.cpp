// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/shared_input.h"

#include <ctime>
#include <vector>

#include <linux/input-event-codes.h>

namespace gds {

namespace {

// X11's keysymdef.h: Shift_L to Hyper_R without the locks; Mode_switch; the ISO shifts.
constexpr std::uint32_t k_shift_l = 0xffe1;
constexpr std::uint32_t k_control_r = 0xffe4;
constexpr std::uint32_t k_meta_l = 0xffe7;
constexpr std::uint32_t k_super_l = 0xffeb;
constexpr std::uint32_t k_super_r = 0xffec;
constexpr std::uint32_t k_hyper_r = 0xffee;
constexpr std::uint32_t k_mode_switch = 0xff7e;
constexpr std::uint32_t k_iso_level2_latch = 0xfe02;
constexpr std::uint32_t k_iso_level3_lock = 0xfe05;
constexpr std::uint32_t k_iso_level5_shift = 0xfe11;

bool is_modifier_keysym(std::uint32_t keysym)
{
    return (keysym >= k_shift_l && keysym <= k_control_r) ||
           (keysym >= k_meta_l && keysym <= k_hyper_r) || keysym == k_mode_switch ||
           (keysym >= k_iso_level2_latch && keysym < k_iso_level3_lock) ||
           keysym == k_iso_level5_shift;
}

bool is_modifier_code(std::uint32_t code)
{
    switch (code) {
    case KEY_LEFTSHIFT:
    case KEY_RIGHTSHIFT:
    case KEY_LEFTCTRL:
    case KEY_RIGHTCTRL:
    case KEY_LEFTALT:
    case KEY_RIGHTALT:
    case KEY_LEFTMETA:
    case KEY_RIGHTMETA:
        return true;
    default:
        return false;
    }
}

} // namespace

bool SharedInput::is_modifier(const Key& key)
{
    return key.first == Kind::code ? is_modifier_code(key.second) : is_modifier_keysym(key.second);
}

bool SharedInput::tell(unsigned client, const Key& key, KeyState state, std::uint32_t keysym)
{
    desktop_.set_sender(client);
    if (key.first == Kind::keysym) {
        return desktop_.key_sym(key.second, state);
    }
    return keysym != 0 ? desktop_.key(key.second, keysym, state)
                       : desktop_.key_code(key.second, state);
}

bool SharedInput::key(unsigned client, const Key& key, KeyState state, std::uint32_t keysym)
{
    const auto held = down_.find(key);
    if (state == KeyState::released) {
        if (const auto mine = put_up_.find(client); mine != put_up_.end()) {
            mine->second.erase(key);
        }
        if (held != down_.end() && held->second == client) {
            down_.erase(held);
            tell(client, key, state);
        }
        return true;
    }
    take_keyboard(client);
    // Another one's finger on the same key: pressed once more it types once more.
    if (const auto now = down_.find(key); now != down_.end() && now->second != client) {
        tell(now->second, key, KeyState::released);
        down_.erase(now);
    }
    if (!tell(client, key, state, keysym)) {
        return false;
    }
    down_[key] = client;
    return true;
}

void SharedInput::take_keyboard(unsigned client)
{
    if (keyboard_ == client) {
        return;
    }
    keyboard_ = client;
    std::vector<std::pair<Key, unsigned>> others;
    for (const auto& each : down_) {
        if (each.second != client && is_modifier(each.first)) {
            others.push_back(each);
        }
    }
    for (const auto& [key, owner] : others) {
        put_up(owner, key);
    }
    const auto mine = put_up_.extract(client);
    if (mine.empty()) {
        return;
    }
    for (const auto& key : mine.mapped()) {
        if (tell(client, key, KeyState::pressed)) {
            down_[key] = client;
        }
    }
}

void SharedInput::put_up(unsigned owner, const Key& key)
{
    const bool super = key.first == Kind::code
                           ? key.second == KEY_LEFTMETA || key.second == KEY_RIGHTMETA
                           : key.second == k_super_l || key.second == k_super_r;
    if (super) {
        // Pressed and released with nothing in between it opens GNOME's overview.
        tell(owner, {Kind::keysym, k_shift_l}, KeyState::pressed);
        tell(owner, {Kind::keysym, k_shift_l}, KeyState::released);
    }
    tell(owner, key, KeyState::released);
    down_.erase(key);
    put_up_[owner].insert(key);
}

// False: another one has it.
bool SharedInput::take_pointer(unsigned client)
{
    const auto now = Clock::now();
    if (pointer_ != client && pointer_ != 0) {
        const auto keeps = buttons_.empty() ? times_.pointer : times_.button;
        if (now - pointer_used_ < keeps) {
            return false;
        }
        desktop_.set_sender(pointer_);
        for (const auto& [evdev_button, owner] : buttons_) {
            desktop_.pointer_button(evdev_button, KeyState::released);
        }
        buttons_.clear();
    }
    pointer_ = client;
    pointer_used_ = now;
    desktop_.set_sender(client);
    return true;
}

bool SharedInput::button(unsigned client, std::uint32_t evdev_button, KeyState state)
{
    if (state == KeyState::released) {
        const auto held = buttons_.find(evdev_button);
        if (held != buttons_.end() && held->second == client) {
            buttons_.erase(held);
            pointer_used_ = Clock::now();
            desktop_.set_sender(client);
            desktop_.pointer_button(evdev_button, state);
        }
        return true;
    }
    if (!take_pointer(client)) {
        return true; // taken and forgotten: not to be pressed later, and elsewhere
    }
    take_keyboard(client); // a click with somebody else's Control is another one
    desktop_.set_sender(client);
    if (!desktop_.pointer_button(evdev_button, state)) {
        return false;
    }
    buttons_[evdev_button] = client;
    return true;
}

void SharedInput::motion(unsigned client, Point position)
{
    if (take_pointer(client)) {
        desktop_.pointer_motion(position);
    }
}

void SharedInput::relative(unsigned client, int dx, int dy)
{
    if (take_pointer(client)) {
        desktop_.pointer_relative(dx, dy);
    }
}

void SharedInput::wheel(unsigned client, int dx, int dy)
{
    if (take_pointer(client)) {
        take_keyboard(client);
        desktop_.set_sender(client);
        desktop_.pointer_wheel(dx, dy);
    }
}

void SharedInput::leave(unsigned client)
{
    put_up_.erase(client);
    std::vector<Key> held;
    for (const auto& [key, owner] : down_) {
        if (owner == client) {
            held.push_back(key);
        }
    }
    for (const auto& each : held) {
        key(client, each, KeyState::released);
    }
    if (pointer_ == client) {
        const auto pressed = std::exchange(buttons_, {});
        desktop_.set_sender(client);
        for (const auto& [evdev_button, owner] : pressed) {
            desktop_.pointer_button(evdev_button, KeyState::released);
        }
        pointer_ = 0;
    }
    if (keyboard_ == client) {
        keyboard_ = 0;
    }
}

void InputDoor::note() { last_input_ = std::time(nullptr); }

bool InputDoor::key_code(std::uint32_t evdev_code, KeyState state)
{
    note();
    return shared_.key(client_, {SharedInput::Kind::code, evdev_code}, state);
}

bool InputDoor::key_sym(std::uint32_t keysym, KeyState state)
{
    note();
    return shared_.key(client_, {SharedInput::Kind::keysym, keysym}, state);
}

bool InputDoor::key(std::uint32_t evdev_code, std::uint32_t keysym, KeyState state)
{
    note();
    return shared_.key(client_, {SharedInput::Kind::code, evdev_code}, state, keysym);
}

bool InputDoor::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    note();
    return shared_.button(client_, evdev_button, state);
}

void InputDoor::pointer_relative(int dx, int dy)
{
    note();
    shared_.relative(client_, dx, dy);
}

void InputDoor::pointer_motion(Point position)
{
    note();
    shared_.motion(client_, position);
}

void InputDoor::pointer_wheel(int dx, int dy)
{
    note();
    shared_.wheel(client_, dx, dy);
}

} // namespace gds
