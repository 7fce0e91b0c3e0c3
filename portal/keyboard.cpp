// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/keyboard.h"

#include "portal/xkb_scratch.h"

#include <utility>

namespace gds {
namespace {

constexpr std::uint32_t k_right_alt = 100; // evdev

struct Context {
    xkb_context* context = xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES);
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { xkb_context_unref(context); }
};

std::uint32_t mask_of(xkb_keymap* keymap, const char* modifier)
{
    const auto index = xkb_keymap_mod_get_index(keymap, modifier);
    return index < 32 ? 1U << index : 0;
}

bool is_keypad(std::uint32_t keysym)
{
    return keysym >= XKB_KEY_KP_Space && keysym <= XKB_KEY_KP_Equal;
}

} // namespace

Keyboard::Keyboard() = default;

Keyboard::Keyboard(const Keyboard& other)
    : keymap_(other.keymap_ != nullptr ? xkb_keymap_ref(other.keymap_) : nullptr),
      group_known_(other.group_known_), level_(other.level_), modifier_codes_(other.modifier_codes_)
{
    if (keymap_ == nullptr) {
        return;
    }
    state_ = xkb_state_new(keymap_);
    xkb_state_update_mask(state_, 0, 0,
                          xkb_state_serialize_mods(other.state_, XKB_STATE_MODS_LOCKED), 0, 0,
                          xkb_state_serialize_layout(other.state_, XKB_STATE_LAYOUT_LOCKED));
    for (const auto code : other.down_) {
        if (modifier_codes_.count(code) != 0) {
            note({code, KeyState::pressed});
        } else {
            down_.insert(code);
        }
    }
}

Keyboard::~Keyboard() { forget_keymap(); }

void Keyboard::forget_keymap()
{
    xkb_state_unref(std::exchange(state_, nullptr));
    xkb_keymap_unref(std::exchange(keymap_, nullptr));
    level_ = {};
    modifier_codes_.clear();
}

bool Keyboard::set_keymap(const std::string& text)
{
    const Context context;
    auto* const keymap =
        context.context == nullptr
            ? nullptr
            : xkb_keymap_new_from_string(context.context, text.c_str(), XKB_KEYMAP_FORMAT_TEXT_V1,
                                         XKB_KEYMAP_COMPILE_NO_FLAGS);
    if (keymap == nullptr) {
        return false;
    }
    const LockKeys before = locks();
    forget_keymap();
    keymap_ = keymap;
    state_ = xkb_state_new(keymap_);
    set_locks(before);
    learn_modifiers(0);
    for (const auto code : down_) {
        if (modifier_codes_.count(code) != 0) {
            xkb_state_update_key(state_, code + k_evdev_to_xkb, XKB_KEY_DOWN);
        }
    }
    return true;
}

void Keyboard::release_all()
{
    const auto down = std::exchange(down_, {});
    for (const auto code : down) {
        if (state_ != nullptr) {
            xkb_state_update_key(state_, code + k_evdev_to_xkb, XKB_KEY_UP);
        }
    }
}

void Keyboard::add_level_key(std::size_t level, std::uint32_t evdev_code, std::uint32_t mask)
{
    auto& modifier = level_[level];
    modifier.mask |= mask;
    // The key that a keyboard has; the first of the list is that which is pressed.
    const auto place = evdev_code == k_right_alt ? modifier.codes.begin() : modifier.codes.end();
    modifier.codes.insert(place, evdev_code);
}

void Keyboard::learn_modifiers(std::uint32_t group)
{
    level_ = {};
    modifier_codes_.clear();
    each_code(keymap_, [&](std::uint32_t code) {
        XkbScratch scratch{keymap_};
        scratch.set(0, 0, group);
        const auto keysym = scratch.keysym(code);
        scratch.key(code, KeyState::pressed);
        const auto mask = scratch.mods(XKB_STATE_MODS_DEPRESSED);
        if (mask == 0 || scratch.mods(XKB_STATE_MODS_LOCKED) != 0) {
            return;
        }
        modifier_codes_.insert(code);
        if (keysym == XKB_KEY_Shift_L || keysym == XKB_KEY_Shift_R) {
            add_level_key(0, code, mask);
        } else if (keysym == XKB_KEY_ISO_Level3_Shift) {
            add_level_key(1, code, mask);
        } else if (keysym == XKB_KEY_ISO_Level5_Shift) {
            add_level_key(2, code, mask);
        }
    });
}

void Keyboard::set_group(std::optional<std::uint32_t> group)
{
    group_known_ = group.has_value();
    if (state_ == nullptr || !group || *group >= xkb_keymap_num_layouts(keymap_)) {
        return;
    }
    xkb_state_update_mask(state_, xkb_state_serialize_mods(state_, XKB_STATE_MODS_DEPRESSED),
                          xkb_state_serialize_mods(state_, XKB_STATE_MODS_LATCHED),
                          xkb_state_serialize_mods(state_, XKB_STATE_MODS_LOCKED),
                          xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_DEPRESSED),
                          xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_LATCHED), *group);
    learn_modifiers(*group);
}

std::uint32_t Keyboard::group() const
{
    return xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_EFFECTIVE);
}

void Keyboard::set_locks(LockKeys locks)
{
    if (state_ == nullptr) {
        return;
    }
    const auto caps = mask_of(keymap_, XKB_MOD_NAME_CAPS);
    const auto num = mask_of(keymap_, XKB_MOD_NAME_NUM);
    auto locked = xkb_state_serialize_mods(state_, XKB_STATE_MODS_LOCKED) & ~(caps | num);
    locked |= (locks.caps ? caps : 0) | (locks.num ? num : 0);
    xkb_state_update_mask(state_, xkb_state_serialize_mods(state_, XKB_STATE_MODS_DEPRESSED),
                          xkb_state_serialize_mods(state_, XKB_STATE_MODS_LATCHED), locked,
                          xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_DEPRESSED),
                          xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_LATCHED),
                          xkb_state_serialize_layout(state_, XKB_STATE_LAYOUT_LOCKED));
}

LockKeys Keyboard::locks() const
{
    if (state_ == nullptr) {
        return {};
    }
    const auto locked = xkb_state_serialize_mods(state_, XKB_STATE_MODS_LOCKED);
    return {(locked & mask_of(keymap_, XKB_MOD_NAME_CAPS)) != 0,
            (locked & mask_of(keymap_, XKB_MOD_NAME_NUM)) != 0};
}

void Keyboard::note(KeyStep step)
{
    const bool pressed = step.state == KeyState::pressed;
    const bool changed =
        pressed ? down_.insert(step.evdev_code).second : down_.erase(step.evdev_code) != 0;
    if (changed && state_ != nullptr) {
        xkb_state_update_key(state_, step.evdev_code + k_evdev_to_xkb,
                             pressed ? XKB_KEY_DOWN : XKB_KEY_UP);
    }
}

void Keyboard::note(const KeySteps& steps)
{
    for (const auto& step : steps) {
        note(step);
    }
}

bool Keyboard::commands() const
{
    if (state_ == nullptr) {
        return false;
    }
    const auto mask = mask_of(keymap_, XKB_MOD_NAME_CTRL) | mask_of(keymap_, XKB_MOD_NAME_ALT) |
                      mask_of(keymap_, XKB_MOD_NAME_LOGO);
    return (xkb_state_serialize_mods(state_, XKB_STATE_MODS_DEPRESSED) & mask) != 0;
}

std::uint32_t Keyboard::keysym_of(std::uint32_t evdev_code) const
{
    return state_ != nullptr ? xkb_state_key_get_one_sym(state_, evdev_code + k_evdev_to_xkb) : 0;
}

bool Keyboard::same(std::uint32_t keysym, std::uint32_t other)
{
    const auto character = xkb_keysym_to_utf32(keysym);
    return keysym == other || (character != 0 && character == xkb_keysym_to_utf32(other) &&
                               is_keypad(keysym) == is_keypad(other));
}

bool Keyboard::is_text(std::uint32_t keysym)
{
    const auto character = xkb_keysym_to_utf32(keysym);
    constexpr std::uint32_t k_delete = 0x7f;
    return (character >= ' ' && character != k_delete) ||
           (keysym >= XKB_KEY_dead_grave && keysym <= XKB_KEY_dead_longsolidusoverlay);
}

} // namespace gds
