// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_settings.h"

#include "base/log.h"
#include "base/unique_fd.h"
#include "service/setting_values.h"

#include <fcntl.h>
#include <unistd.h>

namespace gds {

namespace {

constexpr const char* k_schema = "org.gnome.desktop-sharing.gnome-settings";

// Null when our schemas are not all installed.
GObjectPtr<GSettings> open(const char* protocol, GSettingsBackend* backend)
{
    GSettingsSchemaSource* const source = g_settings_schema_source_get_default();
    const std::string name = std::string{k_schema} + "." + protocol;
    GSettingsSchema* const schema =
        source != nullptr ? g_settings_schema_source_lookup(source, name.c_str(), TRUE) : nullptr;
    if (schema == nullptr) {
        log_warning("the settings schema " + name +
                    " is not installed: GNOME Settings is not "
                    "followed");
        return {};
    }
    GObjectPtr<GSettings> settings{g_settings_new_full(schema, backend, nullptr)};
    g_settings_schema_unref(schema);
    return settings;
}

GnomeState::Protocol protocol_of(GSettings* settings)
{
    guint16 port = 0;
    g_settings_get(settings, "port", "q", &port);
    return {g_settings_get_boolean(settings, "enable") != FALSE,
            g_settings_get_boolean(settings, "view-only") != FALSE, port};
}

GnomeState read_keys(GSettings* rdp, GSettings* vnc)
{
    GnomeState now;
    if (rdp != nullptr) {
        now.rdp = protocol_of(rdp);
        now.certificate_file = setting_word(rdp, "tls-cert");
        now.private_key_file = setting_word(rdp, "tls-key");
    }
    if (vnc != nullptr) {
        now.vnc = protocol_of(vnc);
    }
    return now;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

} // namespace

GnomeState read_gnome_keys(GSettingsBackend* backend)
{
    return read_keys(open("rdp", backend).get(), open("vnc", backend).get());
}

bool is_gnome_remote_desktop_installed()
{
    GSettingsSchemaSource* const source = g_settings_schema_source_get_default();
    GSettingsSchema* const schema =
        source != nullptr
            ? g_settings_schema_source_lookup(source, "org.gnome.desktop.remote-desktop.rdp", TRUE)
            : nullptr;
    if (schema == nullptr) {
        return false;
    }
    g_settings_schema_unref(schema);
    return true;
}

GnomeSettings::GnomeSettings(GSettingsBackend* backend, std::string runtime_directory,
                             std::function<void()> on_change)
    : runtime_directory_(std::move(runtime_directory)),
      marker_(runtime_directory_ + "/" + k_marker), dismissal_(marker_ + "/dismissed"),
      on_change_(std::move(on_change)), rdp_(open("rdp", backend)), vnc_(open("vnc", backend))
{
    for (const auto* settings : {&rdp_, &vnc_}) {
        if (*settings) {
            g_signal_connect(settings->get(), "changed", G_CALLBACK(changed), this);
        }
    }
    const GObjectPtr<GFile> file{g_file_new_for_path(marker_.c_str())};
    monitor_ = GObjectPtr<GFileMonitor>{
        g_file_monitor_file(file.get(), G_FILE_MONITOR_NONE, nullptr, nullptr)};
    if (monitor_) {
        // Tells of each change at once.
        g_file_monitor_set_rate_limit(monitor_.get(), 0);
        g_signal_connect(monitor_.get(), "changed", G_CALLBACK(marker_changed), this);
    }
    state_ = read();
}

GnomeSettings::~GnomeSettings()
{
    for (const auto* settings : {&rdp_, &vnc_}) {
        if (*settings) {
            g_signal_handlers_disconnect_by_data(settings->get(), this);
        }
    }
    if (monitor_) {
        g_signal_handlers_disconnect_by_data(monitor_.get(), this);
        g_file_monitor_cancel(monitor_.get());
    }
}

void GnomeSettings::changed(GSettings*, const char*, void* self)
{
    static_cast<GnomeSettings*>(self)->look();
}

void GnomeSettings::marker_changed(GFileMonitor*, GFile*, GFile*, GFileMonitorEvent, void* self)
{
    static_cast<GnomeSettings*>(self)->look();
}

GnomeState GnomeSettings::read() const
{
    GnomeState now = read_keys(rdp_.get(), vnc_.get());
    now.has_service_manager = exists(runtime_directory_ + "/systemd/private");
    now.started = exists(marker_);
    now.dismissed = exists(dismissal_);
    return now;
}

void GnomeSettings::look()
{
    GnomeState now = read();
    if (!now.has_service_manager) { // whose directory would remember it, and forget
        const bool was_off = !(state_.rdp.enabled || state_.vnc.enabled);
        now.dismissed = state_.dismissed && !(was_off && (now.rdp.enabled || now.vnc.enabled));
    }
    if (now != state_) {
        state_ = std::move(now);
        on_change_();
    }
}

void GnomeSettings::dismiss()
{
    if (!is_switched_on(state_)) {
        return;
    }
    if (state_.has_service_manager) {
        // In the unit's directory: it holds for whoever comes after us, and goes with the unit.
        const UniqueFd made{::open(dismissal_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
        if (!made) {
            log_warning("this cannot be kept: " + dismissal_);
        }
    }
    state_.dismissed = true;
    on_change_();
}

void GnomeSettings::take_back()
{
    if (state_.dismissed) {
        ::unlink(dismissal_.c_str());
        state_.dismissed = false;
        on_change_();
    }
}

} // namespace gds
