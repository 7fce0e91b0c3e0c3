// SPDX-License-Identifier: GPL-2.0-or-later
// An application as far as its keys go: what it makes of key codes by its keymap, dead keys by
// X11's Compose table, and code points after Ctrl+Shift+U, as GTK does.
#pragma once

#include "portal/key_typing.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon.h>

namespace gds::test {

struct XkbDeleter {
    void operator()(xkb_context* context) const { xkb_context_unref(context); }
    void operator()(xkb_keymap* keymap) const { xkb_keymap_unref(keymap); }
    void operator()(xkb_state* state) const { xkb_state_unref(state); }
    void operator()(xkb_compose_table* table) const { xkb_compose_table_unref(table); }
    void operator()(xkb_compose_state* state) const { xkb_compose_state_unref(state); }
};
template <typename Thing>
using XkbPtr = std::unique_ptr<Thing, XkbDeleter>;

// "de", "us,ru(phonetic)"; options as in "grp:menu_toggle".
inline std::string keymap_of(const std::string& layouts, const std::string& options = {})
{
    const XkbPtr<xkb_context> context{xkb_context_new(XKB_CONTEXT_NO_FLAGS)};
    const xkb_rule_names names{"evdev", "pc105", layouts.c_str(), "", options.c_str()};
    const XkbPtr<xkb_keymap> keymap{
        xkb_keymap_new_from_names(context.get(), &names, XKB_KEYMAP_COMPILE_NO_FLAGS)};
    if (!keymap) {
        throw std::runtime_error{"no layout " + layouts};
    }
    const std::unique_ptr<char, decltype(&free)> text{
        xkb_keymap_get_as_string(keymap.get(), XKB_KEYMAP_FORMAT_TEXT_V1), free};
    return text.get();
}

class TypedApplication {
public:
    explicit TypedApplication(const std::string& keymap)
        : context_{xkb_context_new(XKB_CONTEXT_NO_FLAGS)}, keymap_{xkb_keymap_new_from_string(
                                                               context_.get(), keymap.c_str(),
                                                               XKB_KEYMAP_FORMAT_TEXT_V1,
                                                               XKB_KEYMAP_COMPILE_NO_FLAGS)},
          state_{xkb_state_new(keymap_.get())}, table_{xkb_compose_table_new_from_locale(
                                                    context_.get(), "en_US.UTF-8",
                                                    XKB_COMPOSE_COMPILE_NO_FLAGS)},
          compose_{xkb_compose_state_new(table_.get(), XKB_COMPOSE_STATE_NO_FLAGS)}
    {}

    void take(const KeyTyping::Steps& steps)
    {
        for (const auto& step : steps) {
            if (step.by == KeyTyping::Step::By::keysym) {
                by_keysym.push_back(step.number);
                continue;
            }
            const auto code = step.number + 8;
            const bool pressed = step.state == KeyState::pressed;
            if (pressed) {
                press(code);
            }
            xkb_state_update_key(state_.get(), code, pressed ? XKB_KEY_DOWN : XKB_KEY_UP);
        }
    }

    bool active(const char* modifier) const
    {
        return xkb_state_mod_name_is_active(state_.get(), modifier, XKB_STATE_MODS_EFFECTIVE) > 0;
    }
    std::uint32_t group() const
    {
        return xkb_state_serialize_layout(state_.get(), XKB_STATE_LAYOUT_EFFECTIVE);
    }

    std::string text;
    std::vector<std::uint32_t> by_keysym; // which the compositor would have to find
    std::vector<std::string> commands; // "Control+c"

private:
    void press(std::uint32_t code)
    {
        auto keysym = xkb_state_key_get_one_sym(state_.get(), code);
        const bool control = active(XKB_MOD_NAME_CTRL);
        if (control && active(XKB_MOD_NAME_SHIFT) && keysym == XKB_KEY_U) {
            in_code_point_ = true;
            code_point_.clear();
            return;
        }
        if (in_code_point_) {
            const auto digit = xkb_keysym_to_utf32(keysym);
            if (digit == ' ') {
                in_code_point_ = false;
                add(xkb_utf32_to_keysym(
                    static_cast<std::uint32_t>(std::stoul(code_point_, nullptr, 16))));
            } else if (digit != 0) {
                code_point_ += static_cast<char>(digit);
            }
            return;
        }
        if (control) {
            char name[64];
            xkb_keysym_get_name(keysym, name, sizeof name);
            if (xkb_keysym_to_utf32(keysym) >= ' ') {
                commands.push_back("Control+" + std::string{name});
            }
            return;
        }
        if (xkb_compose_state_feed(compose_.get(), keysym) == XKB_COMPOSE_FEED_ACCEPTED) {
            switch (xkb_compose_state_get_status(compose_.get())) {
            case XKB_COMPOSE_COMPOSING:
                return;
            case XKB_COMPOSE_COMPOSED:
                keysym = xkb_compose_state_get_one_sym(compose_.get());
                break;
            default:
                break;
            }
        }
        add(keysym);
    }
    void add(std::uint32_t keysym)
    {
        char utf8[8] = {};
        if (xkb_keysym_to_utf32(keysym) >= ' ') {
            xkb_keysym_to_utf8(keysym, utf8, sizeof utf8);
            text += utf8;
        }
    }

    XkbPtr<xkb_context> context_;
    XkbPtr<xkb_keymap> keymap_;
    XkbPtr<xkb_state> state_;
    XkbPtr<xkb_compose_table> table_;
    XkbPtr<xkb_compose_state> compose_;
    bool in_code_point_ = false;
    std::string code_point_;
};

} // namespace gds::test
