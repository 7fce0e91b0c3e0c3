// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/libsecret_store.h"

#include "base/gio_call.h"
#include "base/log.h"
#include "base/translate.h"
#include "service/libsecret_calls.h"
#include "service/sentence.h"
#include "service/vnc_password.h"

#include <algorithm>
#include <memory>
#include <set>

namespace gds {

namespace {

constexpr const char* k_service = "org.freedesktop.secrets";
constexpr const char* k_collection_interface = "org.freedesktop.Secret.Collection";
constexpr const char* k_kind = "kind";
constexpr const char* k_user = "user";
constexpr const char* k_scram = "scram";
constexpr const char* k_vnc = "vnc-password";
constexpr const char* k_decoy = "decoy-key";

const SecretSchema& schema()
{
    static const SecretSchema credential = [] {
        SecretSchema made{};
        made.name = "org.gnome.DesktopSharing.Credential";
        made.flags = SECRET_SCHEMA_NONE;
        made.attributes[0] = {k_kind, SECRET_SCHEMA_ATTRIBUTE_STRING};
        made.attributes[1] = {k_user, SECRET_SCHEMA_ATTRIBUTE_STRING};
        return made;
    }();
    return credential;
}

SecretAttributes vnc_attributes() { return {{k_kind, k_vnc}}; }

SecretAttributes user_attributes(const std::string& user)
{
    return {{k_kind, k_scram}, {k_user, user}};
}

std::string attribute(const FoundSecret& item, const char* name)
{
    const auto found = item.attributes.find(name);
    return found != item.attributes.end() ? found->second : std::string{};
}

// Empty when any line makes no sense: half a credential is none.
std::vector<ScramVerifier> read_verifiers(std::string_view text)
{
    std::vector<ScramVerifier> verifiers;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto verifier = parse_scram_verifier(text.substr(0, end));
        const bool repeated = verifier && std::any_of(verifiers.begin(), verifiers.end(),
                                                      [&](const ScramVerifier& other) {
                                                          return other.hash == verifier->hash;
                                                      });
        if (!verifier || repeated) {
            return {};
        }
        verifiers.push_back(*verifier);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return verifiers;
}

Bytes from_base64(const SecretString& text)
{
    gsize size = 0;
    const std::unique_ptr<guchar, decltype(&g_free)> octets{g_base64_decode(text.c_str(), &size),
                                                            g_free};
    return octets ? Bytes(octets.get(), octets.get() + size) : Bytes{};
}

SecretString to_base64(const Bytes& octets)
{
    char* text = g_base64_encode(octets.data(), octets.size());
    SecretString encoded{std::string_view{text}};
    ::explicit_bzero(text, encoded.size());
    g_free(text);
    return encoded;
}

Task<bool> remove_item(SecretAttributes attributes)
{
    // A locked item would stay without a word: unlock first.
    const auto items = co_await search_secrets(schema(), attributes, SecretSearch::unlocking);
    if (items.empty()) {
        co_return false;
    }
    if (std::any_of(items.begin(), items.end(),
                    [](const FoundSecret& item) { return item.locked; })) {
        throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
    }
    const bool removed = co_await clear_secrets(schema(), std::move(attributes));
    if (!removed) {
        throw SecretStoreError{_("The keyring did not remove the password.")};
    }
    co_return true;
}

} // namespace

LibsecretStore::~LibsecretStore() { stop_watching(); }

Task<StoredSecrets> LibsecretStore::load()
{
    SecretAttributes any;
    const auto items = co_await search_secrets(schema(), any, SecretSearch::quiet);
    StoredSecrets stored;
    for (const auto& item : items) {
        if (item.locked) {
            stored.locked = true;
            continue;
        }
        const std::string kind = attribute(item, k_kind);
        if (kind == k_scram) {
            const std::string user = attribute(item, k_user);
            auto verifiers = read_verifiers(item.secret.view());
            if (user.empty() || verifiers.empty() || stored.users.contains(user)) {
                ++stored.unusable_items;
            } else {
                stored.users.emplace(user, std::move(verifiers));
            }
        } else if (kind == k_vnc) {
            if (stored.vnc_password || !vnc_password_complaint(item.secret.view()).empty()) {
                ++stored.unusable_items;
            } else {
                stored.vnc_password = std::make_shared<const SecretString>(item.secret.copy());
            }
        } else if (kind == k_decoy && stored.decoy_key.empty()) {
            stored.decoy_key = from_base64(item.secret);
        }
    }
    co_return stored;
}

Task<bool> LibsecretStore::unlock()
{
    SecretAttributes any;
    const auto items = co_await search_secrets(schema(), any, SecretSearch::unlocking);
    co_return std::none_of(items.begin(), items.end(),
                           [](const FoundSecret& item) { return item.locked; });
}

Task<> LibsecretStore::save_user(std::string user, std::vector<ScramVerifier> verifiers)
{
    SecretString secret;
    for (const auto& verifier : verifiers) {
        SecretString line = to_text(verifier);
        secret = secret.empty() ? std::move(line) : joined({secret.view(), "\n", line.view()});
    }
    auto attributes = user_attributes(user);
    // Translators: shown in keyring applications. %s is a user name.
    auto label = sentence(_("Desktop sharing: how %s logs in"), user.c_str());
    co_await store_secret(schema(), std::move(attributes), std::move(label), std::move(secret));
}

Task<bool> LibsecretStore::remove_user(std::string user)
{
    auto attributes = user_attributes(user);
    const bool removed = co_await remove_item(std::move(attributes));
    co_return removed;
}

Task<> LibsecretStore::save_vnc_password(SecretString password)
{
    auto attributes = vnc_attributes();
    // Translators: shown in keyring applications.
    std::string label = _("Desktop sharing: the VNC password");
    co_await store_secret(schema(), std::move(attributes), std::move(label), std::move(password));
}

Task<bool> LibsecretStore::remove_vnc_password()
{
    auto attributes = vnc_attributes();
    const bool removed = co_await remove_item(std::move(attributes));
    co_return removed;
}

Task<std::vector<std::string>> LibsecretStore::users()
{
    SecretAttributes attributes{{k_kind, k_scram}};
    // The attributes of locked items are not readable either.
    const auto items = co_await search_secrets(schema(), attributes, SecretSearch::unlocking);
    std::set<std::string> names;
    for (const auto& item : items) {
        if (item.locked) {
            throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
        }
        names.insert(attribute(item, k_user));
    }
    co_return std::vector<std::string>(names.begin(), names.end());
}

Task<> LibsecretStore::save_decoy_key(Bytes key)
{
    const bool quiet = co_await can_store_quietly();
    if (!quiet) {
        throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
    }
    SecretAttributes attributes{{k_kind, k_decoy}};
    auto secret = to_base64(key);
    // Translators: shown in keyring applications.
    std::string label = _("Desktop sharing: key that hides which users exist");
    co_await store_secret(schema(), std::move(attributes), std::move(label), std::move(secret));
}

void LibsecretStore::set_on_change(std::function<void()> on_change)
{
    const bool start = on_change && !on_change_;
    on_change_ = std::move(on_change);
    if (!on_change_) {
        stop_watching();
    } else if (start) {
        watching_.spawn(watch(), [](std::exception_ptr error) {
            if (!error) {
                return;
            }
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& reason) {
                log_warning(std::string{"the keyring cannot be watched for changes: "} +
                            reason.what());
            }
        });
    }
}

Task<> LibsecretStore::watch()
{
    auto start = [](GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
        g_bus_get(G_BUS_TYPE_SESSION, cancellable, callback, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    bus_ = GObjectPtr<GDBusConnection>{g_bus_get_finish(result.get(), &error)};
    if (!bus_) {
        const std::string why = error->message;
        g_error_free(error);
        throw std::runtime_error{why};
    }
    // Main decides what the end of the bus means; GLib's way is to end the process on the spot.
    g_dbus_connection_set_exit_on_close(bus_.get(), FALSE);
    subscribe(k_collection_interface, nullptr, nullptr); // items
    subscribe("org.freedesktop.Secret.Service", nullptr, nullptr); // collections
    subscribe("org.freedesktop.DBus.Properties", "PropertiesChanged", k_collection_interface);
    name_watch_ = g_bus_watch_name_on_connection(
        bus_.get(), k_service, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared, vanished, this, nullptr);
}

void LibsecretStore::subscribe(const char* interface, const char* member,
                               const char* first_argument)
{
    subscriptions_.push_back(g_dbus_connection_signal_subscribe(
        bus_.get(), k_service, interface, member, nullptr, first_argument, G_DBUS_SIGNAL_FLAGS_NONE,
        signalled, this, nullptr));
}

void LibsecretStore::stop_watching()
{
    for (const guint subscription : subscriptions_) {
        g_dbus_connection_signal_unsubscribe(bus_.get(), subscription);
    }
    subscriptions_.clear();
    if (name_watch_ != 0) {
        g_bus_unwatch_name(std::exchange(name_watch_, 0U));
    }
}

void LibsecretStore::signalled(GDBusConnection*, const char*, const char*, const char*, const char*,
                               GVariant*, void* data)
{
    if (const auto on_change = static_cast<LibsecretStore*>(data)->on_change_) {
        on_change();
    }
}

void LibsecretStore::appeared(GDBusConnection*, const char*, const char*, void* data)
{
    signalled(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, data);
}

void LibsecretStore::vanished(GDBusConnection*, const char*, void* data)
{
    signalled(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, data);
}

} // namespace gds
