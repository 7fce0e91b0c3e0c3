// SPDX-License-Identifier: GPL-2.0-or-later
// Keyboard: the compositor's keymap and the state into which our keys have brought it; it knows
// which key codes, with which modifiers, make an application receive a keysym. Owned by KeyTyping;
// copying it gives a keyboard to try things on.
#pragma once

#include "desktop/input_sink.h"
#include "desktop/lock_keys.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

struct xkb_keymap;
struct xkb_state;

namespace gds {

struct KeyStep {
    std::uint32_t evdev_code = 0;
    KeyState state = KeyState::released;
    bool operator==(const KeyStep&) const = default;
};
using KeySteps = std::vector<KeyStep>;

// One key: what is done before it is pressed, and what at once after that.
struct KeyStroke {
    KeySteps before;
    std::uint32_t evdev_code = 0;
    KeySteps after;
};

class Keyboard {
public:
    Keyboard();
    Keyboard(const Keyboard& other);
    Keyboard& operator=(const Keyboard&) = delete;
    ~Keyboard();

    // As wl_keyboard tells it. False: it is none; the keyboard is as before.
    bool set_keymap(const std::string& text);
    void forget_keymap();
    bool known() const { return keymap_ != nullptr; }
    // Everything is up from now on.
    void release_all();

    // Which of its groups (layouts) holds; empty: not known.
    void set_group(std::optional<std::uint32_t> group);
    void set_locks(LockKeys locks);
    LockKeys locks() const;

    // What was sent.
    void note(KeyStep step);
    void note(const KeySteps& steps);
    bool is_down(std::uint32_t evdev_code) const { return down_.count(evdev_code) != 0; }
    // Control, Alt or Super is down: keys are commands, not text.
    bool commands() const;

    // The keysym that an application receives for that key now, or 0.
    std::uint32_t keysym_of(std::uint32_t evdev_code) const;
    // Whether they are the same key to an application (Cyrillic_a is U0430).
    static bool same(std::uint32_t keysym, std::uint32_t other);
    static bool is_text(std::uint32_t keysym);

    // In the current group, or in another one that keys of the keymap switch to. Nothing: no such
    // key, or not known in which group it is.
    std::optional<KeyStroke> stroke(std::uint32_t keysym) const;
    // Some group has it, and which one holds is not known: the compositor may find it.
    bool may_have(std::uint32_t keysym) const;
    // All presses and releases of keys, one after the other, whatever is held meanwhile; empty when
    // one of them cannot be pressed.
    KeySteps sequence(const std::vector<std::uint32_t>& keysyms) const;
    // The last resort: what input methods, GTK's and IBus' own ones among them, take for a code
    // point (ISO 14755): Ctrl+Shift+U, its hexadecimal digits and the space bar.
    KeySteps by_code_point(std::uint32_t character) const;

private:
    struct Modifier {
        std::uint32_t mask = 0;
        std::vector<std::uint32_t> codes; // of the keys that bring it
    };
    struct Find {
        std::uint32_t evdev_code = 0;
        unsigned wanted = 0; // of level_, as bits
        int cost = 0;
    };
    struct GroupWay {
        KeySteps there;
        KeySteps back;
    };

    void learn_modifiers(std::uint32_t group);
    void add_level_key(std::size_t level, std::uint32_t evdev_code, std::uint32_t mask);
    std::uint32_t group() const;
    std::optional<Find> find(std::uint32_t keysym, std::uint32_t group) const;
    std::optional<Find> find_in_all_groups(std::uint32_t keysym) const;
    std::optional<GroupWay> way_to(std::uint32_t group) const;
    std::optional<KeyStroke> stroke_elsewhere(std::uint32_t keysym) const;
    KeyStroke stroke_of(std::uint32_t keysym, const Find& find) const;
    KeySteps held_modifiers(KeyState state) const;

    xkb_keymap* keymap_ = nullptr;
    xkb_state* state_ = nullptr;
    bool group_known_ = true;
    std::array<Modifier, 3> level_; // Shift, AltGr, that of the fifth level; may have no keys
    std::set<std::uint32_t> modifier_codes_; // of all keys that modify while they are down
    std::set<std::uint32_t> down_;
};

} // namespace gds
