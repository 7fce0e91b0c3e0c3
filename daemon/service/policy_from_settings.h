// SPDX-License-Identifier: GPL-2.0-or-later
// GSettings and the command line -> Policy: the only reader of keys. Owned by main; the policy that
// it makes is handed down to the server. A value that cannot be used never makes the policy more
// open: it is left out or read as the narrower one, and a sentence about it stands in
// Policy::complaints.
#pragma once

#include "base/gobject_ptr.h"
#include "base/source.h"
#include "server/log_budget.h"
#include "server/policy.h"
#include "service/command_line.h"
#include "service/gnome_settings.h"
#include "service/keytab_watch.h"
#include "service/sasl_settings.h"
#include "service/setting_keys.h"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds {

// An administrator has locked the key.
struct SettingLocked : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class PolicySettings {
public:
    using OnChange = std::function<void(PolicyPtr)>;

    // Throws std::runtime_error with a sentence when our schema is not installed, which GSettings
    // itself would answer by ending the process.
    static GObjectPtr<GSettings> open();

    PolicySettings(WorkerPool& workers, CommandLine command_line,
                   GObjectPtr<GSettings> settings = open());
    ~PolicySettings();
    PolicySettings(const PolicySettings&) = delete;
    PolicySettings& operator=(const PolicySettings&) = delete;

    PolicyPtr policy() const { return policy_; }
    // Called from idle, once for any number of keys changed together.
    void set_on_change(OnChange on_change) { on_change_ = std::move(on_change); }

    const std::vector<SettingKey>& keys() const { return keys_; }
    // Called after it, with the D-Bus names of those that have another value now.
    using OnValues = std::function<void(const std::vector<std::string>& properties)>;
    void set_on_values(OnValues on_values) { on_values_ = std::move(on_values); }

    // "settings", "gnome-settings", "command-line"; empty when sharing is off.
    std::vector<std::string> enabled_by() const;
    // Whether user and password of GNOME Settings let somebody in.
    bool gnome_login() const { return decision_.gnome_login; }
    // Writes the key; false also counts for what was switched on in GNOME Settings, until that
    // switch is moved or true is written. Throws SettingLocked.
    void set_enabled(bool enabled);
    // As if something had changed.
    void look_again() { read_soon(); }
    // The same at once.
    void take_now();
    // Waits until what was written is stored: dconf writes from a thread of its own, which a
    // program that ends at once would take with it.
    static void flush();

private:
    static void changed(GSettings* settings, const char* key, void* self);
    static void file_changed(GFileMonitor* monitor, GFile* file, GFile* other,
                             GFileMonitorEvent event, void* self);
    void read_soon();
    void read();
    void read_keys();
    void tell_values(const std::map<std::string, std::string>& before);
    void log_change(const std::string& property, const std::string& value);
    PolicyPtr read_now();
    void watch_place();
    void stop_watching();

    CommandLine command_line_;
    GObjectPtr<GSettings> settings_;
    GnomeSettings gnome_;
    std::vector<SettingKey> keys_;
    std::map<std::string, std::string> values_; // as they were told last
    SharingDecision decision_;
    PolicyPtr policy_;
    OnChange on_change_;
    OnValues on_values_;
    LogBudget log_budget_{3 * LogBudget::k_lines};
    Source idle_;
    // Whether these can be read decides what is offered; they may come, and be given to us, later.
    KeytabWatch keytab_;
    std::string place_; // of the passwords
    GObjectPtr<GFileMonitor> place_monitor_;
};

// Who switched sharing on, and what of GNOME Settings is used for it.
SharingDecision read_sharing(GSettings* settings, const CommandLine& command_line,
                             const GnomeState& gnome);

// One reading of all keys.
Policy read_policy(GSettings* settings, const CommandLine& command_line,
                   const KeytabAnswer& keytab = look_at_keytab, const GnomeState& gnome = {});

} // namespace gds
