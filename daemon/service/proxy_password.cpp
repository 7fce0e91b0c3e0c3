// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/proxy_password.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/libsecret_calls.h"
#include "service/secret_store.h"
#include "service/sentence.h"

#include <utility>

namespace gds {

namespace {

constexpr std::size_t k_longest = 255;

// As in service/libsecret_store, which leaves this kind alone.
const SecretSchema& schema()
{
    static const SecretSchema credential = [] {
        SecretSchema made{};
        made.name = "org.gnome.DesktopSharing.Credential";
        made.flags = SECRET_SCHEMA_NONE;
        made.attributes[0] = {"kind", SECRET_SCHEMA_ATTRIBUTE_STRING};
        made.attributes[1] = {"user", SECRET_SCHEMA_ATTRIBUTE_STRING};
        return made;
    }();
    return credential;
}

SecretAttributes attributes_of(const std::string& account)
{
    return {{"kind", "proxy-password"}, {"user", account}};
}

} // namespace

std::string proxy_account(const SocksProxy& proxy)
{
    const bool v6 = proxy.host.find(':') != std::string::npos;
    return proxy.user + "@" + (v6 ? "[" + proxy.host + "]" : proxy.host) + ":" +
           std::to_string(proxy.port);
}

std::string proxy_password_complaint(std::string_view password)
{
    return password.empty() || password.size() > k_longest
               ? sentence(_("The password of a proxy has 1 to %zu bytes."), k_longest)
               : std::string{};
}

Task<SecretString> find_proxy_password(std::string account)
{
    auto attributes = attributes_of(account);
    auto items = co_await search_secrets(schema(), std::move(attributes), SecretSearch::quiet);
    for (auto& item : items) {
        if (item.locked) {
            throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
        }
        if (proxy_password_complaint(item.secret.view()).empty()) {
            co_return std::move(item.secret);
        }
    }
    throw SecretStoreError{
        sentence(_("There is no password for the proxy. Set it: “gnome-desktop-sharing "
                   "set-password --proxy %s”."),
                 printable(account).c_str())};
}

Task<> store_proxy_password(std::string account, SecretString password)
{
    auto attributes = attributes_of(account);
    // Translators: shown in keyring applications. %s is a user name at the name of a computer.
    auto label = sentence(_("Desktop sharing: password of the proxy, %s"), account.c_str());
    co_await store_secret(schema(), std::move(attributes), std::move(label), std::move(password));
}

Task<bool> remove_proxy_password(std::string account)
{
    auto attributes = attributes_of(account);
    const bool removed = co_await clear_secrets(schema(), std::move(attributes));
    co_return removed;
}

} // namespace gds
