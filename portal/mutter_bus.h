// SPDX-License-Identifier: GPL-2.0-or-later
// Mutter's own names on the session bus, and how a session of its is made.
#pragma once

#include "base/bus_call.h"
#include "base/task.h"

#include <memory>
#include <optional>
#include <string>

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

// Of `service`, whose maker is at `path`; `options` where CreateSession takes any. Throws
// sdbus::Error.
Task<std::unique_ptr<sdbus::IProxy>> create_mutter_session(sdbus::IConnection& connection,
                                                           const char* service, const char* path,
                                                           std::optional<VariantMap> options);

// The rule that matches this signal; of any object where `path` is empty.
std::string mutter_signal(const char* service, const char* interface, const char* member,
                          const std::string& path);

} // namespace gds
