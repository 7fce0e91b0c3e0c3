// SPDX-License-Identifier: GPL-2.0-or-later
// How a keysym is reached: by which key, with which modifiers, in which group. All of it is tried
// on a state of the keymap, so that what is found is what an application will find.
#include "portal/keyboard.h"
#include "portal/xkb_scratch.h"

#include <bit>
#include <iterator>

namespace gds {
namespace {

constexpr int k_cost_of_another_name = 100; // of the same character: that of a keypad's key, say

void append(KeySteps& to, const KeySteps& steps)
{
    to.insert(to.end(), steps.begin(), steps.end());
}

void append_tap(KeySteps& to, const KeyStroke& stroke)
{
    append(to, stroke.before);
    to.push_back({stroke.evdev_code, KeyState::pressed});
    append(to, stroke.after);
    to.push_back({stroke.evdev_code, KeyState::released});
}

} // namespace

std::optional<Keyboard::Find> Keyboard::find(std::uint32_t keysym, std::uint32_t group) const
{
    const bool text = is_text(keysym);
    const auto character = xkb_keysym_to_utf32(keysym);
    const auto locked = xkb_state_serialize_mods(state_, XKB_STATE_MODS_LOCKED);
    const auto fixed = locked | xkb_state_serialize_mods(state_, XKB_STATE_MODS_LATCHED);
    const auto depressed = xkb_state_serialize_mods(state_, XKB_STATE_MODS_DEPRESSED);
    std::optional<Find> best;
    XkbScratch scratch{keymap_};
    for (unsigned wanted = 0; wanted < 1U << level_.size(); ++wanted) {
        std::uint32_t mods = 0;
        // Keys that write nothing mean the same with Shift: what the client holds stays.
        int cost = text ? 0 : 2 * std::popcount(wanted);
        bool possible = true;
        for (std::size_t i = 0; i < level_.size(); ++i) {
            const auto& modifier = level_[i];
            const bool want = (wanted >> i & 1U) != 0;
            const bool is = (depressed & modifier.mask) != 0;
            const bool stuck = (fixed & modifier.mask) != 0;
            possible &= want ? !modifier.codes.empty() : !stuck;
            mods |= want ? modifier.mask : 0;
            cost += text && want != is ? (want ? 2 : 3) : 0;
        }
        if (!possible || (best && cost >= best->cost)) {
            continue;
        }
        scratch.set(mods, locked, group);
        each_code(keymap_, [&](std::uint32_t code) {
            const auto found = scratch.keysym(code);
            const bool as_named = found == keysym;
            if (!as_named && (character == 0 || character != xkb_keysym_to_utf32(found))) {
                return;
            }
            const int all = cost + (as_named || same(found, keysym) ? 0 : k_cost_of_another_name);
            if (!best || all < best->cost) {
                best = Find{code, wanted, all};
            }
        });
    }
    return best;
}

std::optional<Keyboard::Find> Keyboard::find_in_all_groups(std::uint32_t keysym) const
{
    auto common = find(keysym, 0);
    for (std::uint32_t i = 1; common && i < xkb_keymap_num_layouts(keymap_); ++i) {
        const auto other = find(keysym, i);
        if (!other || other->evdev_code != common->evdev_code || other->wanted != common->wanted) {
            common.reset();
        }
    }
    return common;
}

bool Keyboard::may_have(std::uint32_t keysym) const
{
    bool found = false;
    for (std::uint32_t i = 0; !group_known_ && i < xkb_keymap_num_layouts(keymap_); ++i) {
        found |= find(keysym, i).has_value();
    }
    return found;
}

KeySteps Keyboard::held_modifiers(KeyState state) const
{
    KeySteps steps;
    for (const auto code : down_) {
        if (modifier_codes_.count(code) != 0) {
            steps.push_back({code, state});
        }
    }
    return steps;
}

KeyStroke Keyboard::stroke_of(std::uint32_t keysym, const Find& found) const
{
    const auto depressed = xkb_state_serialize_mods(state_, XKB_STATE_MODS_DEPRESSED);
    const bool text = is_text(keysym);
    KeyStroke stroke;
    stroke.evdev_code = found.evdev_code;
    for (std::size_t i = 0; i < level_.size(); ++i) {
        const auto& modifier = level_[i];
        const bool want = (found.wanted >> i & 1U) != 0;
        const bool is = (depressed & modifier.mask) != 0;
        if (want && !is) {
            stroke.before.push_back({modifier.codes.front(), KeyState::pressed});
            stroke.after.push_back({modifier.codes.front(), KeyState::released});
        } else if (text && !want && is) {
            for (const auto code : modifier.codes) {
                if (is_down(code)) {
                    stroke.before.push_back({code, KeyState::released});
                    stroke.after.push_back({code, KeyState::pressed});
                }
            }
        }
    }
    return stroke;
}

std::optional<KeyStroke> Keyboard::stroke(std::uint32_t keysym) const
{
    if (state_ == nullptr) {
        return std::nullopt;
    }
    const auto found = group_known_ ? find(keysym, group()) : find_in_all_groups(keysym);
    if (found) {
        return stroke_of(keysym, *found);
    }
    return group_known_ && is_text(keysym) && !commands() ? stroke_elsewhere(keysym) : std::nullopt;
}

std::optional<KeyStroke> Keyboard::stroke_elsewhere(std::uint32_t keysym) const
{
    for (std::uint32_t i = 0; i < xkb_keymap_num_layouts(keymap_); ++i) {
        if (i == group() || !find(keysym, i)) {
            continue;
        }
        const auto way = way_to(i);
        if (!way) {
            continue;
        }
        Keyboard clean{*this};
        clean.note(held_modifiers(KeyState::released));
        clean.learn_modifiers(i);
        if (const auto found = clean.find(keysym, i)) {
            const auto there = clean.stroke_of(keysym, *found);
            KeyStroke stroke{held_modifiers(KeyState::released), found->evdev_code, there.after};
            append(stroke.before, way->there);
            append(stroke.before, there.before);
            append(stroke.after, way->back);
            append(stroke.after, held_modifiers(KeyState::pressed));
            return stroke;
        }
    }
    return std::nullopt;
}

// By a key that locks the next group, or shifts to another while it is down, alone or with Shift.
std::optional<Keyboard::GroupWay> Keyboard::way_to(std::uint32_t target) const
{
    const auto here = group();
    const auto locked = xkb_state_serialize_mods(state_, XKB_STATE_MODS_LOCKED);
    const auto count = xkb_keymap_num_layouts(keymap_);
    std::optional<GroupWay> way;
    for (const bool shifted : {false, true}) {
        each_code(keymap_, [&](std::uint32_t code) {
            if (way || is_down(code) || (shifted && level_[0].codes.empty())) {
                return;
            }
            XkbScratch scratch{keymap_};
            scratch.set(0, locked, here);
            KeySteps tap;
            if (shifted) {
                tap = {{level_[0].codes.front(), KeyState::pressed}};
            }
            tap.push_back({code, KeyState::pressed});
            for (const auto& step : tap) {
                scratch.key(step.evdev_code, step.state);
            }
            const bool shifts_there = scratch.group() == target;
            KeySteps end{{code, KeyState::released}};
            if (shifted) {
                end.push_back({level_[0].codes.front(), KeyState::released});
            }
            for (const auto& step : end) {
                scratch.key(step.evdev_code, step.state);
            }
            if (scratch.group() == here) {
                if (shifts_there && !shifted) {
                    way = GroupWay{tap, end};
                }
                return;
            }
            append(tap, end);
            GroupWay tries{tap, {}};
            unsigned taps = 1;
            for (; scratch.group() != target && taps < count; ++taps) {
                append(tries.there, tap);
                for (const auto& step : tap) {
                    scratch.key(step.evdev_code, step.state);
                }
            }
            if (scratch.group() != target) {
                return;
            }
            for (taps = 0; scratch.group() != here && taps < count; ++taps) {
                append(tries.back, tap);
                for (const auto& step : tap) {
                    scratch.key(step.evdev_code, step.state);
                }
            }
            if (scratch.group() == here && scratch.mods(XKB_STATE_MODS_LOCKED) == locked) {
                way = tries;
            }
        });
    }
    return way;
}

KeySteps Keyboard::sequence(const std::vector<std::uint32_t>& keysyms) const
{
    if (state_ == nullptr) {
        return {};
    }
    Keyboard clean{*this};
    KeySteps steps = held_modifiers(KeyState::released);
    clean.note(steps);
    for (const auto keysym : keysyms) {
        const auto stroke = clean.stroke(keysym);
        if (!stroke) {
            return {};
        }
        append_tap(steps, *stroke);
    }
    append(steps, held_modifiers(KeyState::pressed));
    return steps;
}

KeySteps Keyboard::by_code_point(std::uint32_t character) const
{
    if (state_ == nullptr || level_[0].codes.empty()) {
        return {};
    }
    Keyboard clean{*this};
    KeySteps steps = held_modifiers(KeyState::released);
    clean.note(steps);
    KeySteps end;
    if (locks().caps) { // an u is no U
        end = clean.sequence({XKB_KEY_Caps_Lock});
        append(steps, end);
    }
    clean.set_locks({false, locks().num});
    const auto control = clean.stroke(XKB_KEY_Control_L);
    const auto letter = clean.stroke(XKB_KEY_u);
    std::vector<std::uint32_t> digits;
    for (; character != 0; character >>= 4) {
        digits.insert(digits.begin(),
                      static_cast<std::uint32_t>("0123456789abcdef"[character & 0xfU]));
    }
    digits.push_back(XKB_KEY_space);
    const KeySteps rest = clean.sequence(digits);
    if (!control || !letter || rest.empty()) {
        return {};
    }
    append(steps, letter->before); // the way to another group
    const KeyStep with[] = {{control->evdev_code, KeyState::pressed},
                            {level_[0].codes.front(), KeyState::pressed},
                            {letter->evdev_code, KeyState::pressed}};
    steps.insert(steps.end(), std::begin(with), std::end(with));
    for (auto step = std::rbegin(with); step != std::rend(with); ++step) {
        steps.push_back({step->evdev_code, KeyState::released});
    }
    append(steps, letter->after);
    append(steps, rest);
    append(steps, end);
    append(steps, held_modifiers(KeyState::pressed));
    return steps;
}

} // namespace gds
