// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/key_typing.h"

#include "portal/dead_keys.h"

#include <algorithm>

#include <xkbcommon/xkbcommon.h>

namespace gds {

KeyTyping::Steps KeyTyping::key_sym(unsigned sender, std::uint32_t keysym, KeyState state)
{
    Steps steps;
    const Named named{sender, true, keysym};
    if (state == KeyState::released) {
        release(steps, named, {Step::By::keysym, keysym, state});
    } else {
        type(steps, named, keysym);
    }
    return steps;
}

KeyTyping::Steps KeyTyping::key(unsigned sender, std::uint32_t evdev_code, std::uint32_t keysym,
                                KeyState state)
{
    if (state == KeyState::released || keysym == 0 || !keyboard_.known() ||
        !Keyboard::is_text(keysym) || Keyboard::same(keyboard_.keysym_of(evdev_code), keysym)) {
        return key_code(sender, evdev_code, state);
    }
    // A command is not typed by detours.
    if (keyboard_.commands() && !keyboard_.stroke(keysym)) {
        return key_code(sender, evdev_code, state);
    }
    Steps steps;
    type(steps, {sender, false, evdev_code}, keysym);
    return steps;
}

KeyTyping::Steps KeyTyping::key_code(unsigned sender, std::uint32_t evdev_code, KeyState state)
{
    Steps steps;
    const Named named{sender, false, evdev_code};
    if (state == KeyState::released) {
        release(steps, named, {Step::By::code, evdev_code, state});
    } else {
        press_code(steps, named, evdev_code);
    }
    return steps;
}

void KeyTyping::forget_held()
{
    held_.clear();
    dead_.clear();
    keyboard_.release_all();
}

void KeyTyping::send(Steps& steps, const KeySteps& codes)
{
    for (const auto& step : codes) {
        steps.push_back({Step::By::code, step.evdev_code, step.state});
    }
    keyboard_.note(codes);
}

void KeyTyping::press_code(Steps& steps, const Named& named, std::uint32_t evdev_code)
{
    if (!keyboard_.is_down(evdev_code)) {
        send(steps, {{evdev_code, KeyState::pressed}});
    }
    held_[named] = Step{Step::By::code, evdev_code, KeyState::pressed};
}

void KeyTyping::press_keysym(Steps& steps, const Named& named, std::uint32_t keysym)
{
    const Step step{Step::By::keysym, keysym, KeyState::pressed};
    steps.push_back(step);
    held_[named] = step;
}

void KeyTyping::type(Steps& steps, const Named& named, std::uint32_t keysym)
{
    if (!keyboard_.known()) {
        press_keysym(steps, named, keysym);
        return;
    }
    if (Keyboard::is_text(keysym) && !keyboard_.commands()) {
        if (const auto dead = dead_.extract(named.sender)) {
            const auto made = after_dead_key(dead.mapped(), xkb_keysym_to_utf32(keysym));
            if (made != 0) {
                keysym = xkb_utf32_to_keysym(made);
            }
        }
    }
    if (const auto stroke = keyboard_.stroke(keysym)) {
        // Somebody else's, or another letter of the same key: pressed anew, unless it is held for
        // what it does to others.
        KeySteps before = stroke->before;
        if (keyboard_.is_down(stroke->evdev_code) && Keyboard::is_text(keysym)) {
            before.insert(before.begin(), {stroke->evdev_code, KeyState::released});
        }
        send(steps, before);
        press_code(steps, named, stroke->evdev_code);
        send(steps, stroke->after);
    } else if (keyboard_.may_have(keysym)) {
        press_keysym(steps, named, keysym);
    } else if (is_dead_key(keysym)) {
        dead_[named.sender] = keysym;
        held_[named] = std::nullopt;
    } else if (Keyboard::is_text(keysym) && !keyboard_.commands() && type_at_once(steps, keysym)) {
        held_[named] = std::nullopt;
    } else {
        press_keysym(steps, named, keysym); // the compositor may know better
    }
}

bool KeyTyping::type_at_once(Steps& steps, std::uint32_t keysym)
{
    const auto character = xkb_keysym_to_utf32(keysym);
    KeySteps codes;
    if (const auto dead = dead_sequence(character); !dead.empty()) {
        codes = keyboard_.sequence(dead);
    }
    if (codes.empty()) {
        codes = keyboard_.by_code_point(character);
    }
    send(steps, codes);
    return !codes.empty();
}

void KeyTyping::release(Steps& steps, const Named& named, const Step& otherwise)
{
    Pressed pressed = otherwise;
    if (const auto known = held_.extract(named)) {
        pressed = known.mapped();
    }
    if (!pressed || held_by_others(*pressed)) {
        return;
    }
    pressed->state = KeyState::released;
    steps.push_back(*pressed);
    if (pressed->by == Step::By::code) {
        keyboard_.note({pressed->number, KeyState::released});
    }
}

bool KeyTyping::held_by_others(const Step& step) const
{
    return std::any_of(held_.begin(), held_.end(), [&](const auto& other) {
        return other.second && other.second->by == step.by && other.second->number == step.number;
    });
}

} // namespace gds
