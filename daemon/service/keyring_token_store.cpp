// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/keyring_token_store.h"

#include "base/secret_string.h"
#include "base/translate.h"
#include "service/libsecret_calls.h"
#include "service/secret_store.h"

#include <utility>

namespace gds {

namespace {

constexpr const char* k_monitors = "monitors";

const SecretSchema& schema()
{
    static const SecretSchema token = [] {
        SecretSchema made{};
        made.name = "org.gnome.DesktopSharing.RestoreToken";
        made.flags = SECRET_SCHEMA_NONE;
        made.attributes[0] = {k_monitors, SECRET_SCHEMA_ATTRIBUTE_STRING};
        return made;
    }();
    return token;
}

// In the words of the setting "monitors".
SecretAttributes attributes_for(MonitorChoice monitors)
{
    const char* word = "all";
    if (monitors == MonitorChoice::primary) {
        word = "primary";
    } else if (monitors == MonitorChoice::virtual_monitor) {
        word = "virtual";
    }
    return {{k_monitors, word}};
}

} // namespace

Task<std::optional<std::string>> KeyringTokenStore::load(MonitorChoice monitors)
{
    auto attributes = attributes_for(monitors);
    const auto items =
        co_await search_secrets(schema(), std::move(attributes), SecretSearch::quiet);
    std::optional<std::string> token;
    for (const auto& item : items) {
        if (!item.locked && !item.secret.empty()) {
            token = std::string{item.secret.view()};
            break;
        }
    }
    co_return token;
}

Task<> KeyringTokenStore::save(MonitorChoice monitors, std::string token)
{
    const bool quiet = co_await can_store_quietly();
    if (!quiet) {
        throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
    }
    auto attributes = attributes_for(monitors);
    // Translators: shown in keyring applications.
    std::string label = _("Desktop sharing: permission to share the screen");
    SecretString secret{token};
    wipe(token);
    co_await store_secret(schema(), std::move(attributes), std::move(label), std::move(secret));
}

Task<> KeyringTokenStore::forget(MonitorChoice monitors)
{
    auto attributes = attributes_for(monitors);
    co_await clear_secrets(schema(), std::move(attributes));
}

} // namespace gds
