// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/libsecret_calls.h"

#include "base/gio_call.h"
#include "base/translate.h"
#include "service/secret_store.h"
#include "service/sentence.h"

#include <memory>

namespace gds {

namespace {

using TablePtr = std::shared_ptr<GHashTable>;

TablePtr table_of(const SecretAttributes& attributes)
{
    TablePtr table{g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                   g_hash_table_unref};
    for (const auto& [name, value] : attributes) {
        g_hash_table_insert(table.get(), g_strdup(name.c_str()), g_strdup(value.c_str()));
    }
    return table;
}

SecretAttributes attributes_of(SecretItem* item)
{
    SecretAttributes attributes;
    const TablePtr table{secret_item_get_attributes(item), g_hash_table_unref};
    GHashTableIter each;
    gpointer name = nullptr;
    gpointer value = nullptr;
    g_hash_table_iter_init(&each, table.get());
    while (g_hash_table_iter_next(&each, &name, &value) != FALSE) {
        attributes.emplace(static_cast<const char*>(name), static_cast<const char*>(value));
    }
    return attributes;
}

bool nobody_there(const GError* error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED) != FALSE;
}

// Takes the error over.
[[noreturn]] void fail(GError* error)
{
    const std::unique_ptr<GError, decltype(&g_error_free)> owned{error, g_error_free};
    if (nobody_there(error)) {
        throw SecretStoreError{_("There is no keyring in this session, so passwords can be neither "
                                 "read nor kept. Install and start gnome-keyring.")};
    }
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) != FALSE ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) != FALSE) {
        throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
    }
    g_dbus_error_strip_remote_error(error);
    throw SecretStoreError{sentence(_("The keyring refused: %s"), error->message)};
}

FoundSecret found_secret(SecretItem* item)
{
    FoundSecret found;
    found.attributes = attributes_of(item);
    found.locked = secret_item_get_locked(item) != FALSE;
    if (SecretValue* value = secret_item_get_secret(item); value != nullptr) {
        gsize size = 0;
        const char* octets = secret_value_get(value, &size);
        found.secret = SecretString{std::string_view{octets, size}};
        secret_value_unref(value);
    }
    return found;
}

} // namespace

Task<std::vector<FoundSecret>> search_secrets(const SecretSchema& schema,
                                              SecretAttributes attributes, SecretSearch how)
{
    const auto table = table_of(attributes);
    const int flags = SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS |
                      (how == SecretSearch::unlocking ? SECRET_SEARCH_UNLOCK : 0);
    auto start = [&](GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
        secret_service_search(nullptr, &schema, table.get(), static_cast<SecretSearchFlags>(flags),
                              cancellable, callback, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    GList* items = secret_service_search_finish(nullptr, result.get(), &error);
    if (error != nullptr) {
        fail(error);
    }
    std::vector<FoundSecret> found;
    for (GList* each = items; each != nullptr; each = each->next) {
        found.push_back(found_secret(SECRET_ITEM(each->data)));
    }
    g_list_free_full(items, g_object_unref);
    co_return found;
}

Task<> store_secret(const SecretSchema& schema, SecretAttributes attributes, std::string label,
                    SecretString secret)
{
    const auto table = table_of(attributes);
    const std::shared_ptr<SecretValue> value{
        secret_value_new(secret.c_str(), static_cast<gssize>(secret.size()), "text/plain"),
        secret_value_unref};
    auto start = [&](GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
        secret_service_store(nullptr, &schema, table.get(), SECRET_COLLECTION_DEFAULT,
                             label.c_str(), value.get(), cancellable, callback, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    if (secret_service_store_finish(nullptr, result.get(), &error) == FALSE) {
        if (error == nullptr) {
            throw SecretStoreError{_("The keyring is locked. Unlock it and try again.")};
        }
        fail(error);
    }
}

Task<bool> clear_secrets(const SecretSchema& schema, SecretAttributes attributes)
{
    const auto table = table_of(attributes);
    auto start = [&](GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
        secret_service_clear(nullptr, &schema, table.get(), cancellable, callback, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    const bool cleared = secret_service_clear_finish(nullptr, result.get(), &error) != FALSE;
    if (error != nullptr) {
        fail(error);
    }
    co_return cleared;
}

Task<bool> can_store_quietly()
{
    auto start = [](GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
        secret_collection_for_alias(nullptr, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                                    cancellable, callback, data);
    };
    const auto result = co_await gio_call(start);
    GError* error = nullptr;
    const GObjectPtr<SecretCollection> collection{
        secret_collection_for_alias_finish(result.get(), &error)};
    if (error != nullptr) {
        fail(error);
    }
    co_return collection&& secret_collection_get_locked(collection.get()) == FALSE;
}

} // namespace gds
