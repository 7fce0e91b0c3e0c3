// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/policy_from_settings.h"

#include "base/log.h"
#include "base/text.h"
#include "base/translate.h"
#include "rfb/sasl_library.h"
#include "server/journal_ids.h"
#include "service/access_policy.h"
#include "service/mistyped_settings.h"
#include "service/sasl_settings.h"
#include "service/sentence.h"
#include "service/setting_values.h"
#include "service/setting_words.h"
#include "service/tls_policy.h"

#include <algorithm>
#include <array>
#include <memory>

namespace gds {

namespace {

constexpr const char* k_schema = "org.gnome.desktop-sharing";
constexpr const char* k_enabled = "enabled";
constexpr const char* k_view_only = "view-only";
constexpr std::size_t k_longest_value_logged = 512;

GObjectPtr<GSettings> child_of(GSettings* settings, const char* name)
{
    return GObjectPtr<GSettings>{g_settings_get_child(settings, name)};
}

GObjectPtr<GSettingsBackend> backend_of(GSettings* settings)
{
    GSettingsBackend* backend = nullptr;
    g_object_get(settings, "backend", &backend, nullptr);
    return GObjectPtr<GSettingsBackend>{backend};
}

bool is_locked(GSettings* settings, const char* key)
{
    return g_settings_is_writable(settings, key) == FALSE;
}

// Somebody has said what it is to be: the user, or an administrator for good.
bool is_decided(GSettings* settings, const char* key)
{
    const std::unique_ptr<GVariant, decltype(&g_variant_unref)> value{
        g_settings_get_user_value(settings, key), g_variant_unref};
    return value || is_locked(settings, key);
}

void read_port(GSettings* settings, const CommandLine& command_line, Policy& policy)
{
    guint16 port = 0;
    g_settings_get(settings, "port", "q", &port);
    policy.negotiate_port = g_settings_get_boolean(settings, "negotiate-port") != FALSE;
    if (command_line.port) {
        policy.port = *command_line.port;
    } else if (port != 0) {
        policy.port = port;
    } else {
        // Zero would mean "any", which nobody could find, and which a firewall could not name.
        policy.complaints.push_back(
            sentence(_("The setting “port” is 0, which is not a port; %u is used."), policy.port));
    }
}

void read_addresses(GSettings* settings, const CommandLine& command_line, Policy& policy)
{
    if (!command_line.addresses.empty()) {
        policy.listen_addresses = command_line.addresses;
        return;
    }
    const auto listed = setting_words(settings, "listen-addresses");
    // Interfaces come and go: whether one exists is for the listener to say, in its own complaint.
    std::copy_if(listed.begin(), listed.end(), std::back_inserter(policy.listen_addresses),
                 [](const std::string& address) { return !address.empty(); });
    if (policy.listen_addresses.size() != listed.size()) {
        policy.complaints.emplace_back(
            _("The setting “listen-addresses” has an empty entry, which is left out."));
    }
    // An empty list means "everywhere": a list of which nothing is left must not become one.
    if (policy.listen_addresses.empty() && !listed.empty()) {
        policy.enabled = false;
        policy.complaints.emplace_back(_("The setting “listen-addresses” names no address, so the "
                                         "desktop is not shared. Name one, or clear the list."));
    }
}

void read_proxies(GSettings* settings, Policy& policy)
{
    for (const auto& text : setting_words(settings, "proxy-protocol-from")) {
        if (const auto network = parse_network(text)) {
            policy.proxies.push_back(*network);
        } else {
            // Translators: security-relevant. The %s is from the settings.
            policy.complaints.push_back(sentence(
                _("“%s” in the setting “proxy-protocol-from” is neither an IP address nor a "
                  "network; no PROXY header is believed because of it."),
                printable(text).c_str()));
        }
    }
}

void read_security_types(GSettings* settings, Policy& policy)
{
    policy.security_types.clear();
    for (const auto& name : setting_words(settings, "security-types")) {
        const auto type = security_word_of(name);
        if (!type) {
            // Translators: the first %s is a word from the settings that means nothing to us.
            // Viewers cannot log in that way. The second is a list of words.
            policy.complaints.push_back(
                sentence(_("The security type “%s” in the setting “security-types” is not known "
                           "here and not offered. Known are %s."),
                         printable(name).c_str(), known_security_words().c_str()));
            continue;
        }
        if (std::find(policy.security_types.begin(), policy.security_types.end(), *type) ==
            policy.security_types.end()) {
            policy.security_types.push_back(*type);
        }
    }
    if (policy.security_types.empty()) {
        // Translators: security-relevant. No viewer can log in.
        policy.complaints.emplace_back(_("The setting “security-types” leaves no way to log in, so "
                                         "nobody can connect. Add x509-sasl to it."));
    }
}

void read_sasl(GSettings* settings, const KeytabAnswer& keytab, Policy& policy)
{
    const auto sasl = child_of(settings, "sasl");
    policy.sasl = read_sasl_policy(sasl.get(), keytab, policy.complaints);
    const auto& types = policy.security_types;
    const bool listed = std::find(types.begin(), types.end(), SecurityWord::sasl) != types.end();
    const std::string path = setting_word(sasl.get(), "keytab");
    const bool known = !path.starts_with('/') || keytab(path).has_value();
    if (listed && known && layered_sasl_mechanisms(policy.sasl).empty()) {
        policy.complaints.emplace_back(
            _("The security type “sasl” is not offered: no SASL mechanism of the settings encrypts "
              "strongly enough without TLS. GSSAPI does, once “keytab” is set."));
    }
}

void read_capture(GSettings* settings, Policy& policy)
{
    const std::string name = setting_word(settings, "capture");
    const auto way = capture_way_of(name);
    // Otherwise the one that asks the person at the desk.
    policy.capture = way.value_or(CaptureWay::portal);
    if (!way) {
        policy.complaints.push_back(
            sentence(_("The setting “capture” is “%s”, which is not known; the desktop portal is "
                       "used. Known are portal and mutter."),
                     printable(name).c_str()));
    }
}

void read_monitors(GSettings* settings, Policy& policy)
{
    const std::string name = setting_word(settings, "monitors");
    const auto choice = monitor_choice_of(name);
    // Otherwise the choice that shows least of what is on the desk.
    policy.monitors = choice.value_or(MonitorChoice::primary);
    if (!choice) {
        policy.complaints.push_back(
            sentence(_("The setting “monitors” is “%s”, which is not known; only the primary "
                       "monitor is shared. Known are all, primary and virtual."),
                     printable(name).c_str()));
    }
}

void read_clipboard(GSettings* settings, Policy& policy)
{
    const std::string name = setting_word(settings, "clipboard");
    const auto ways = clipboard_ways_of(name);
    policy.clipboard = ways.value_or(ClipboardWays::off);
    if (!ways) {
        policy.complaints.push_back(
            sentence(_("The setting “clipboard” is “%s”, which is not known, so the clipboard is "
                       "not shared. Known are both, to-viewer, from-viewer and off."),
                     printable(name).c_str()));
    }
    const unsigned limit = g_settings_get_uint(settings, "clipboard-limit");
    const bool usable = limit >= 1 && limit <= k_most_clipboard;
    policy.clipboard_limit = std::size_t{usable ? limit : 1} << 10;
    if (!usable) {
        policy.complaints.push_back(
            sentence(_("The setting “clipboard-limit” is %u; 1 holds, as it has to be from 1 to "
                       "%u."),
                     limit, k_most_clipboard));
    }
}

void read_asking(GSettings* settings, Policy& policy)
{
    policy.ask_always = g_settings_get_boolean(settings, "ask-always") != FALSE;
    const unsigned seconds = g_settings_get_uint(settings, "ask-timeout");
    policy.ask_timeout = std::chrono::seconds{std::min(seconds, k_most_ask_seconds)};
    if (seconds == 0) {
        policy.complaints.emplace_back(_("The setting “ask-timeout” is 0, so nobody at the desk "
                                         "can answer in time."));
    } else if (seconds > k_most_ask_seconds) {
        policy.complaints.push_back(
            sentence(_("The setting “ask-timeout” is more than %u seconds, which are waited."),
                     k_most_ask_seconds));
    }
}

void read_max_clients(GSettings* settings, Policy& policy)
{
    policy.max_clients = g_settings_get_uint(settings, "max-clients");
    if (policy.max_clients == 0) {
        policy.complaints.emplace_back(_("The setting “max-clients” is 0, so nobody can connect."));
    }
}

void read_session_care(GSettings* settings, Policy& policy)
{
    policy.inhibit_idle = g_settings_get_boolean(settings, "inhibit-idle") != FALSE;
    policy.lock_on_disconnect = g_settings_get_boolean(settings, "lock-on-disconnect") != FALSE;
    policy.idle_timeout = std::chrono::seconds{g_settings_get_uint(settings, "idle-timeout")};
}

} // namespace

SharingDecision read_sharing(GSettings* settings, const CommandLine& command_line,
                             const GnomeState& gnome)
{
    const auto tls = child_of(settings, "tls");
    OwnWishes own;
    own.enabled = g_settings_get_boolean(settings, k_enabled) != FALSE;
    own.enabled_locked = is_locked(settings, k_enabled);
    own.command_line = command_line.enable;
    own.follow = g_settings_get_boolean(settings, "follow-gnome-settings") != FALSE;
    own.view_only = g_settings_get_boolean(settings, k_view_only) != FALSE;
    own.view_only_decided = is_decided(settings, k_view_only);
    for (const char* key : {"certificate-file", "private-key-file"}) {
        own.certificate_decided = own.certificate_decided || is_decided(tls.get(), key) ||
                                  !setting_word(tls.get(), key).empty();
    }
    return decide_sharing(own, gnome);
}

Policy read_policy(GSettings* settings, const CommandLine& command_line, const KeytabAnswer& keytab,
                   const GnomeState& gnome)
{
    const SharingDecision decision = read_sharing(settings, command_line, gnome);
    Policy policy;
    policy.enabled = decision.enabled;
    policy.view_only = decision.view_only;
    read_port(settings, command_line, policy);
    read_addresses(settings, command_line, policy);
    read_proxies(settings, policy);
    read_security_types(settings, policy);
    read_sasl(settings, keytab, policy);
    read_capture(settings, policy);
    read_monitors(settings, policy);
    read_clipboard(settings, policy);
    read_max_clients(settings, policy);
    read_asking(settings, policy);
    read_session_care(settings, policy);
    read_access(child_of(settings, "access").get(), policy);
    read_tls(child_of(settings, "tls").get(), policy);
    if (decision.gnome_certificate) {
        policy.tls.certificate_file = gnome.certificate_file;
        policy.tls.private_key_file = gnome.private_key_file;
        policy.tls.borrowed = true;
    }
    read_mistyped(mistyped_settings(settings), policy);
    return policy;
}

GObjectPtr<GSettings> PolicySettings::open()
{
    GSettingsSchemaSource* source = g_settings_schema_source_get_default();
    GSettingsSchema* schema =
        source != nullptr ? g_settings_schema_source_lookup(source, k_schema, TRUE) : nullptr;
    if (schema == nullptr) {
        throw std::runtime_error{sentence(
            _("The settings schema %s is not installed. Install the program again, or name the "
              "directory of the compiled schema in GSETTINGS_SCHEMA_DIR."),
            k_schema)};
    }
    GObjectPtr<GSettings> settings{g_settings_new_full(schema, nullptr, nullptr)};
    g_settings_schema_unref(schema);
    return settings;
}

PolicySettings::PolicySettings(WorkerPool& workers, CommandLine command_line,
                               GObjectPtr<GSettings> settings)
    : command_line_(std::move(command_line)), settings_(std::move(settings)),
      gnome_(backend_of(settings_.get()).get(), g_get_user_runtime_dir(), [this] { read_soon(); }),
      keys_(setting_keys(settings_.get())), keytab_(workers, [this] { read_soon(); })
{
    for (const auto& key : keys_) {
        g_signal_connect(key.part.get(), ("changed::" + key.name).c_str(), G_CALLBACK(changed),
                         this);
        // An administrator's lock can bring a value with it.
        g_signal_connect(key.part.get(), ("writable-changed::" + key.name).c_str(),
                         G_CALLBACK(changed), this);
    }
    // Only after the connection, and after a first reading, does GSettings tell of changes.
    values_ = setting_snapshot(keys_);
    read_keys();
    for (const auto& complaint : policy_->complaints) {
        log_warning(complaint);
    }
}

PolicySettings::~PolicySettings()
{
    stop_watching();
    for (const auto& key : keys_) {
        g_signal_handlers_disconnect_by_data(key.part.get(), this);
    }
}

void PolicySettings::changed(GSettings*, const char*, void* data)
{
    static_cast<PolicySettings*>(data)->read_soon();
}

void PolicySettings::file_changed(GFileMonitor*, GFile*, GFile*, GFileMonitorEvent, void* data)
{
    static_cast<PolicySettings*>(data)->read_soon();
}

void PolicySettings::read_soon()
{
    idle_ = call_soon([this] { read(); });
}

void PolicySettings::take_now()
{
    idle_.reset();
    read();
}

void PolicySettings::read_keys()
{
    decision_ = read_sharing(settings_.get(), command_line_, gnome_.state());
    policy_ = read_now();
    watch_place();
}

void PolicySettings::read()
{
    const PolicyPtr before = policy_;
    const bool followed = decision_.gnome_login;
    read_keys();
    if (decision_.gnome_login != followed) {
        log_info(followed ? "the switch of GNOME Settings no longer shares the desktop"
                          : "the switch of GNOME Settings shares the desktop");
    }
    for (const auto& complaint : policy_->complaints) {
        const auto& known = before->complaints;
        if (std::find(known.begin(), known.end(), complaint) == known.end()) {
            log_warning(complaint);
        }
    }
    if (on_change_) {
        on_change_(policy_);
    }
    tell_values(std::exchange(values_, setting_snapshot(keys_)));
}

void PolicySettings::tell_values(const std::map<std::string, std::string>& before)
{
    std::vector<std::string> changed;
    for (const auto& [property, value] : values_) {
        if (before.at(property) != value) {
            changed.push_back(property);
            log_change(property, value);
        }
    }
    if (!changed.empty() && on_values_) {
        on_values_(changed);
    }
}

// A setting that flutters is told of no more often than others may cost us records.
void PolicySettings::log_change(const std::string& property, const std::string& value)
{
    if (log_budget_.may_log("settings", std::chrono::steady_clock::now())) {
        const std::string shown = printable(value, k_longest_value_logged);
        log_info(
            "the setting " + property + " is now " + shown,
            {{"MESSAGE_ID", k_record_setting}, {"RFB_SETTING", property}, {"RFB_VALUE", shown}});
    }
}

PolicyPtr PolicySettings::read_now()
{
    const auto sasl = child_of(settings_.get(), "sasl");
    const std::string keytab = setting_word(sasl.get(), "keytab");
    keytab_.set(keytab.starts_with('/') ? keytab : std::string{});
    const auto answer = [this](const std::string&) { return keytab_.answer(); };
    return std::make_shared<const Policy>(
        read_policy(settings_.get(), command_line_, answer, gnome_.state()));
}

void PolicySettings::watch_place()
{
    if (policy_->sasl.password_place == place_) {
        return;
    }
    stop_watching();
    place_ = policy_->sasl.password_place;
    if (place_.empty()) {
        return;
    }
    const GObjectPtr<GFile> file{g_file_new_for_path(place_.c_str())};
    place_monitor_ = GObjectPtr<GFileMonitor>{
        g_file_monitor_file(file.get(), G_FILE_MONITOR_NONE, nullptr, nullptr)};
    if (place_monitor_) {
        g_signal_connect(place_monitor_.get(), "changed", G_CALLBACK(file_changed), this);
    }
}

void PolicySettings::stop_watching()
{
    if (place_monitor_) {
        g_signal_handlers_disconnect_by_data(place_monitor_.get(), this);
        g_file_monitor_cancel(place_monitor_.get());
        place_monitor_.reset();
    }
}

std::vector<std::string> PolicySettings::enabled_by() const
{
    return read_sharing(settings_.get(), command_line_, gnome_.state()).enabled_by;
}

void PolicySettings::flush() { g_settings_sync(); }

void PolicySettings::set_enabled(bool enabled)
{
    if (g_settings_is_writable(settings_.get(), k_enabled) == FALSE ||
        g_settings_set_boolean(settings_.get(), k_enabled, enabled ? TRUE : FALSE) == FALSE) {
        // Translators: security-relevant. “Locked” as in dconf's locks, set by an administrator.
        throw SettingLocked{_("The setting “enabled” is locked. Only the administrator of this "
                              "computer can change it.")};
    }
    if (enabled) {
        gnome_.take_back();
    } else {
        gnome_.dismiss();
    }
}

} // namespace gds
