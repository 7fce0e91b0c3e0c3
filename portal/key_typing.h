// SPDX-License-Identifier: GPL-2.0-or-later
// KeyTyping: what clients press, as the key codes that are sent: by the live keymap where that is
// known, and by keysym where the compositor has to find the key. Owned by PortalInputSink; pure.
//
// A keysym that no key has is typed at once, when it is pressed: by a dead key and a letter, or by
// its code point.
#pragma once

#include "portal/keyboard.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace gds {

class KeyTyping {
public:
    struct Step {
        enum class By : std::uint8_t { code, keysym };
        By by = By::code;
        std::uint32_t number = 0;
        KeyState state = KeyState::released;
        bool operator==(const Step&) const = default;
    };
    using Steps = std::vector<Step>;

    Keyboard& keyboard() { return keyboard_; }

    Steps key_sym(unsigned sender, std::uint32_t keysym, KeyState state);
    // A key of which the client tells both; the keysym wins where it is text and the key would
    // write another one. It is released by key_code().
    Steps key(unsigned sender, std::uint32_t evdev_code, std::uint32_t keysym, KeyState state);
    Steps key_code(unsigned sender, std::uint32_t evdev_code, KeyState state);

    // The session is over, and with it what was held.
    void forget_held();

private:
    // A client's key by the number that it gave it.
    struct Named {
        unsigned sender = 0;
        bool by_keysym = false;
        std::uint32_t number = 0;
        auto operator<=>(const Named&) const = default;
    };
    // What was pressed for it; nothing when it was typed and is up again.
    using Pressed = std::optional<Step>;

    void press_code(Steps& steps, const Named& named, std::uint32_t evdev_code);
    void press_keysym(Steps& steps, const Named& named, std::uint32_t keysym);
    void type(Steps& steps, const Named& named, std::uint32_t keysym);
    bool type_at_once(Steps& steps, std::uint32_t keysym);
    void release(Steps& steps, const Named& named, const Step& otherwise);
    void send(Steps& steps, const KeySteps& codes);
    bool held_by_others(const Step& step) const;

    Keyboard keyboard_;
    std::map<Named, Pressed> held_;
    std::map<unsigned, std::uint32_t> dead_; // by sender: a dead key that the keymap has not
};

} // namespace gds
