// SPDX-License-Identifier: GPL-2.0-or-later
// A private session bus for one test program, and a caller on it that waits by turning the main
// loop, since the objects that it calls live on the same thread.
#pragma once

#include "base/gobject_ptr.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gio/gio.h>

namespace gds {

using VariantPtr = std::shared_ptr<GVariant>;

inline VariantPtr own_variant(GVariant* adopted)
{
    return {adopted, [](GVariant* value) {
                if (value != nullptr) {
                    g_variant_unref(value);
                }
            }};
}

inline std::string print(const VariantPtr& value)
{
    if (!value) {
        return "(none)";
    }
    char* text = g_variant_print(value.get(), FALSE);
    std::string copy = text;
    g_free(text);
    return copy;
}

struct BusReply {
    VariantPtr value;
    std::string error_name; // empty: none
    std::string error;
};

struct BusSignal {
    std::string path;
    std::string member;
    VariantPtr arguments;
};

// Up for the whole program: starting dbus-daemon takes longer than the tests.
class PrivateBus final : public testing::Environment {
public:
    void SetUp() override
    {
        bus_ = g_test_dbus_new(G_TEST_DBUS_NONE);
        g_test_dbus_up(bus_);
    }
    void TearDown() override
    {
        g_test_dbus_stop(bus_);
        g_object_unref(bus_);
    }

private:
    GTestDBus* bus_ = nullptr;
};

inline bool turn_until(const std::function<bool()>& condition, int milliseconds = 3000)
{
    const gint64 end = g_get_monotonic_time() + gint64{milliseconds} * 1000;
    while (!condition()) {
        if (g_get_monotonic_time() >= end) {
            return false;
        }
        if (g_main_context_iteration(nullptr, FALSE) == FALSE) {
            g_usleep(1000);
        }
    }
    return true;
}

class BusCaller {
public:
    BusCaller()
    {
        GError* error = nullptr;
        connection_ = GObjectPtr<GDBusConnection>{g_dbus_connection_new_for_address_sync(
            g_getenv("DBUS_SESSION_BUS_ADDRESS"),
            static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
            nullptr, nullptr, &error)};
        if (!connection_) {
            ADD_FAILURE() << error->message;
            g_error_free(error);
            return;
        }
        subscription_ = g_dbus_connection_signal_subscribe(
            connection_.get(), nullptr, nullptr, nullptr, nullptr, nullptr,
            G_DBUS_SIGNAL_FLAGS_NONE, signalled, this, nullptr);
        // The bus has the subscription once it answers what was sent after it.
        call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
             nullptr);
    }
    ~BusCaller()
    {
        g_dbus_connection_signal_unsubscribe(connection_.get(), subscription_);
        g_dbus_connection_close_sync(connection_.get(), nullptr, nullptr);
    }
    BusCaller(const BusCaller&) = delete;
    BusCaller& operator=(const BusCaller&) = delete;

    BusReply call(const std::string& name, const std::string& path, const std::string& interface,
                  const std::string& method, GVariant* arguments)
    {
        std::optional<BusReply> reply;
        g_dbus_connection_call(connection_.get(), name.c_str(), path.c_str(), interface.c_str(),
                               method.c_str(), arguments, nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               5000, nullptr, answered, &reply);
        turn_until([&] { return reply.has_value(); }, 6000);
        return reply.value_or(BusReply{});
    }
    // Waits for no answer.
    void send(const std::string& name, const std::string& path, const std::string& interface,
              const std::string& method, GVariant* arguments)
    {
        g_dbus_connection_call(connection_.get(), name.c_str(), path.c_str(), interface.c_str(),
                               method.c_str(), arguments, nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               5000, nullptr, nullptr, nullptr);
    }
    BusReply get(const std::string& path, const std::string& interface, const std::string& property)
    {
        auto reply = call(k_name, path, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new("(ss)", interface.c_str(), property.c_str()));
        if (reply.value) {
            const auto boxed = own_variant(g_variant_get_child_value(reply.value.get(), 0));
            reply.value = own_variant(g_variant_get_variant(boxed.get()));
        }
        return reply;
    }
    BusReply set(const std::string& path, const std::string& interface, const std::string& property,
                 GVariant* value)
    {
        return call(k_name, path, "org.freedesktop.DBus.Properties", "Set",
                    g_variant_new("(ssv)", interface.c_str(), property.c_str(), value));
    }

    std::vector<BusSignal> signals;

    std::size_t count(const std::string& member, const std::string& path) const
    {
        std::size_t found = 0;
        for (const auto& each : signals) {
            found += each.member == member && each.path == path ? 1 : 0;
        }
        return found;
    }
    // The text of all signals `member` from `path`.
    std::string said(const std::string& member, const std::string& path) const
    {
        std::string text;
        for (const auto& each : signals) {
            if (each.member == member && each.path == path) {
                text += print(each.arguments) + '\n';
            }
        }
        return text;
    }

    static constexpr const char* k_name = "org.gnome.DesktopSharing";

private:
    static void signalled(GDBusConnection*, const char*, const char* path, const char*,
                          const char* member, GVariant* arguments, gpointer self)
    {
        static_cast<BusCaller*>(self)->signals.push_back(
            {path, member, own_variant(g_variant_ref(arguments))});
    }
    static void answered(GObject* connection, GAsyncResult* result, gpointer slot)
    {
        GError* error = nullptr;
        BusReply reply;
        reply.value = own_variant(g_dbus_connection_call_finish(
            reinterpret_cast<GDBusConnection*>(connection), result, &error));
        if (error != nullptr) {
            if (char* name = g_dbus_error_get_remote_error(error)) {
                reply.error_name = name;
                g_free(name);
            }
            g_dbus_error_strip_remote_error(error);
            reply.error = error->message;
            g_error_free(error);
        }
        *static_cast<std::optional<BusReply>*>(slot) = std::move(reply);
    }

    GObjectPtr<GDBusConnection> connection_;
    guint subscription_ = 0;
};

} // namespace gds
