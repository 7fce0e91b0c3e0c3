// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what the Remote Desktop switch of GNOME Settings has done, and tells of changes. Never
// writes GNOME's keys: GNOME Settings would take that for a move of its switch. Owned by the
// PolicySettings.
#pragma once

#include "base/gobject_ptr.h"
#include "service/gnome_follow.h"

#include <functional>
#include <string>

#include <gio/gio.h>

namespace gds {

class GnomeSettings {
public:
    // What the unit gnome-desktop-sharing-gnome-switch makes below the user's runtime directory as
    // long as the switch is on. So whoever starts later, or again, sees it too.
    static constexpr const char* k_marker = "gnome-desktop-sharing-gnome-switch";

    // `on_change` may be called too often. `backend` may be null: the session's own.
    GnomeSettings(GSettingsBackend* backend, std::string runtime_directory,
                  std::function<void()> on_change);
    ~GnomeSettings();
    GnomeSettings(const GnomeSettings&) = delete;
    GnomeSettings& operator=(const GnomeSettings&) = delete;

    const GnomeState& state() const { return state_; }
    // As if the switch were off, until it is moved again, or taken back.
    void dismiss();
    void take_back();

private:
    static void changed(GSettings* settings, const char* key, void* self);
    static void marker_changed(GFileMonitor* monitor, GFile* file, GFile* other,
                               GFileMonitorEvent event, void* self);
    void look();
    GnomeState read() const;

    std::string runtime_directory_;
    std::string marker_;
    std::string dismissal_;
    std::function<void()> on_change_;
    GObjectPtr<GSettings> rdp_;
    GObjectPtr<GSettings> vnc_;
    GObjectPtr<GFileMonitor> monitor_;
    GnomeState state_;
};

// The keys alone, as they are now, for who does not follow them. `backend` as above.
GnomeState read_gnome_keys(GSettingsBackend* backend = nullptr);
// Whether there is a gnome-remote-desktop that goes by them.
bool is_gnome_remote_desktop_installed();

} // namespace gds
