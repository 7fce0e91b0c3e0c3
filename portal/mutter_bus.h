// SPDX-License-Identifier: GPL-2.0-or-later
// Mutter's own names on the session bus.
#pragma once

namespace gds {

inline constexpr const char* k_mutter_remote_desktop = "org.gnome.Mutter.RemoteDesktop";
inline constexpr const char* k_mutter_remote_desktop_path = "/org/gnome/Mutter/RemoteDesktop";
inline constexpr const char* k_mutter_remote_desktop_session =
    "org.gnome.Mutter.RemoteDesktop.Session";
inline constexpr const char* k_mutter_screen_cast = "org.gnome.Mutter.ScreenCast";
inline constexpr const char* k_mutter_screen_cast_path = "/org/gnome/Mutter/ScreenCast";
inline constexpr const char* k_mutter_screen_cast_session = "org.gnome.Mutter.ScreenCast.Session";
inline constexpr const char* k_mutter_screen_cast_stream = "org.gnome.Mutter.ScreenCast.Stream";
inline constexpr const char* k_mutter_display_config = "org.gnome.Mutter.DisplayConfig";
inline constexpr const char* k_mutter_display_config_path = "/org/gnome/Mutter/DisplayConfig";

} // namespace gds
