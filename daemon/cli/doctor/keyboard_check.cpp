// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/keyboard_check.h"

#include "base/translate.h"
#include "cli/doctor/bus_question.h"
#include "portal/wayland_keymap.h"

namespace gds::cli {

namespace {

constexpr const char* k_keyboard = "keyboard";
constexpr const char* k_mutter = "org.gnome.Mutter.RemoteDesktop";

} // namespace

KeyboardFacts gather_keyboard()
{
    const auto answer = ask_properties({.name = k_mutter,
                                        .path = "/org/gnome/Mutter/RemoteDesktop",
                                        .interface = nullptr,
                                        .method = nullptr,
                                        .start = BusStart::forbidden},
                                       k_mutter);
    return {wayland_compositor_is_there(), answer.trouble == BusTrouble::none};
}

Findings judge_keyboard(const KeyboardFacts& facts)
{
    if (!facts.compositor) {
        return {warning(k_keyboard,
                        _("No Wayland compositor tells which keys there are, so that characters "
                          "which the keyboard layout lacks cannot be typed."),
                        _("Log in to a Wayland session, and restart this service in it."))};
    }
    if (!facts.mutter) {
        return {well(k_keyboard, _("All characters can be typed; whether Caps Lock is on is known "
                                   "only as far as viewers press it."))};
    }
    return {well(k_keyboard, _("All characters can be typed, and viewers are told of Caps Lock and "
                               "Num Lock."))};
}

} // namespace gds::cli
