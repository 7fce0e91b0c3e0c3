// SPDX-License-Identifier: GPL-2.0-or-later
// An InputSink that writes down what it is told, one line per event, and keeps what is held.
#pragma once

#include "desktop/input_sink.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gds::test {

class RecordingInputSink final : public InputSink {
public:
    bool takes_presses = true;
    // "code 30 down", "sym 0x61 up", "move 3,4", "relative 3,-4", "button 0x110 down", "wheel
    // 0,-1".
    std::vector<std::string> events;

    // Keys and buttons that are down now.
    std::size_t held() const { return codes_.size() + keysyms_.size() + buttons_.size(); }
    std::vector<std::string> take_events() { return std::exchange(events, {}); }

    // Whose events were dropped before they were done.
    std::vector<unsigned> dropped;
    void drop_waiting(unsigned sender) override { dropped.push_back(sender); }

    bool key_code(std::uint32_t evdev_code, KeyState state) override
    {
        return take("code " + std::to_string(evdev_code), codes_, evdev_code, state);
    }
    bool key_sym(std::uint32_t keysym, KeyState state) override
    {
        return take("sym " + hex(keysym), keysyms_, keysym, state);
    }
    void pointer_motion(Point position) override
    {
        events.push_back("move " + std::to_string(position.x) + "," + std::to_string(position.y));
    }
    void pointer_relative(int dx, int dy) override
    {
        events.push_back("relative " + std::to_string(dx) + "," + std::to_string(dy));
    }
    bool pointer_button(std::uint32_t evdev_button, KeyState state) override
    {
        return take("button " + hex(evdev_button), buttons_, evdev_button, state);
    }
    void pointer_wheel(int dx, int dy) override
    {
        events.push_back("wheel " + std::to_string(dx) + "," + std::to_string(dy));
    }

private:
    static const char* text_of(KeyState state)
    {
        return state == KeyState::pressed ? " down" : " up";
    }
    static std::string hex(std::uint32_t value)
    {
        std::string digits;
        for (; value != 0 || digits.empty(); value >>= 4) {
            digits.insert(digits.begin(), "0123456789abcdef"[value & 15]);
        }
        return "0x" + digits;
    }
    bool take(const std::string& name, std::set<std::uint32_t>& held, std::uint32_t what,
              KeyState state)
    {
        if (state == KeyState::pressed) {
            if (!takes_presses) {
                return false;
            }
            held.insert(what);
        } else {
            held.erase(what);
        }
        events.push_back(name + text_of(state));
        return true;
    }

    std::set<std::uint32_t> codes_;
    std::set<std::uint32_t> keysyms_;
    std::set<std::uint32_t> buttons_;
};

} // namespace gds::test
