// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/mistyped_settings.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/sentence.h"

#include <algorithm>
#include <memory>
#include <string_view>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gsettingsbackend.h>

namespace gds {

namespace {

struct DropVariant {
    void operator()(GVariant* value) const { g_variant_unref(value); }
};
using OwnVariant = std::unique_ptr<GVariant, DropVariant>;

// What is stored, whatever its type; nothing: nothing, or the store judges types itself.
OwnVariant stored_value(const SettingKey& key)
{
    GSettingsBackend* found = nullptr;
    char* path = nullptr;
    g_object_get(key.part.get(), "backend", &found, "path", &path, nullptr);
    const GObjectPtr<GSettingsBackend> backend{found};
    const std::string full = path + key.name;
    g_free(path);
    return OwnVariant{G_SETTINGS_BACKEND_GET_CLASS(backend.get())
                          ->read(backend.get(), full.c_str(), G_VARIANT_TYPE_ANY, FALSE)};
}

void share_nothing(Policy& policy) { policy.enabled = false; }

struct Strictest {
    std::string_view property;
    void (*take)(Policy& policy);
};

// For a key that is not here, sharing is off: nobody knows what was meant.
constexpr Strictest k_strictest[] = {
    {"AccessDefault", [](Policy& policy) { policy.access.otherwise = AccessVerdict::deny; }},
    {"AccessRules",
     [](Policy& policy) {
         policy.access.rules.clear();
         policy.access.otherwise = AccessVerdict::deny;
     }},
    {"Capture", [](Policy& policy) { policy.capture = CaptureWay::portal; }},
    {"Clipboard", [](Policy& policy) { policy.clipboard = ClipboardWays::off; }},
    {"ClipboardLimit", [](Policy& policy) { policy.clipboard = ClipboardWays::off; }},
    {"Enabled", [](Policy&) {}}, // off, unless the command line says otherwise
    {"MaxClients", [](Policy& policy) { policy.max_clients = 0; }},
    {"Monitors", [](Policy& policy) { policy.monitors = MonitorChoice::primary; }},
    {"NegotiatePort", [](Policy& policy) { policy.negotiate_port = false; }},
    {"Port", [](Policy&) {}}, // the default is no wider than any other
    {"SaslMechanisms", [](Policy& policy) { policy.sasl.mechanisms.clear(); }},
    {"SecurityTypes", [](Policy& policy) { policy.security_types.clear(); }},
    {"TlsClientCertificates",
     [](Policy& policy) { policy.tls.client_certificates = ClientCertificates::require; }},
    {"ViewOnly", [](Policy& policy) { policy.view_only = true; }},
};

} // namespace

std::vector<MistypedSetting> mistyped_settings(GSettings* settings)
{
    std::vector<MistypedSetting> found;
    for (auto& key : setting_keys(settings)) {
        const OwnVariant value = stored_value(key);
        if (value && key.type != g_variant_get_type_string(value.get())) {
            const std::unique_ptr<char, decltype(&g_free)> text{g_variant_print(value.get(), TRUE),
                                                                g_free};
            found.push_back({std::move(key), printable(text.get())});
        }
    }
    return found;
}

void read_mistyped(const std::vector<MistypedSetting>& found, Policy& policy)
{
    for (const auto& [key, value] : found) {
        const auto* const strictest =
            std::ranges::find(k_strictest, key.property, &Strictest::property);
        if (strictest != std::ranges::end(k_strictest)) {
            strictest->take(policy);
            policy.complaints.push_back(
                // Translators: security-relevant. The setting, its value, and a type of GVariant
                // (“q”, “as”).
                sentence(_("The setting “%s” is %s, which is not of its type “%s” and cannot be "
                           "used; the strictest value holds."),
                         key.name.c_str(), value.c_str(), key.type.c_str()));
        } else {
            share_nothing(policy);
            policy.complaints.push_back(
                sentence(_("The setting “%s” is %s, which is not of its type “%s”, so the desktop "
                           "is not shared."),
                         key.name.c_str(), value.c_str(), key.type.c_str()));
        }
    }
}

} // namespace gds
