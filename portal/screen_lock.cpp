// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/screen_lock.h"

#include "base/gio_call.h"
#include "base/glib_error.h"
#include "base/log.h"
#include "base/system_bus.h"
#include "base/timeout.h"

#include <array>
#include <string>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_call_limit{1'000};
// GNOME answers when its curtain is down.
constexpr std::chrono::milliseconds k_lock_limit{3'000};

struct ScreenSaver {
    const char* name;
    const char* path;
};
constexpr std::array k_screen_savers{
    ScreenSaver{"org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"},
    ScreenSaver{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"},
};

Task<bool> ask_whether(std::unique_ptr<sdbus::IProxy> proxy, sdbus::MethodCall message)
{
    auto reply = co_await call_bus(*proxy, std::move(message), k_call_limit);
    bool answer = false;
    reply >> answer;
    co_return answer;
}

Task<bool> is_active(sdbus::IConnection& connection, ScreenSaver screen_saver)
{
    auto proxy = sdbus::createProxy(connection, sdbus::ServiceName{screen_saver.name},
                                    sdbus::ObjectPath{screen_saver.path});
    auto message = sdbus_method_call(*proxy, screen_saver.name, "GetActive");
    co_return co_await ask_whether(std::move(proxy), std::move(message));
}

Task<> ask_to_lock(sdbus::IConnection& connection, ScreenSaver screen_saver)
{
    auto proxy = sdbus::createProxy(connection, sdbus::ServiceName{screen_saver.name},
                                    sdbus::ObjectPath{screen_saver.path});
    auto message = sdbus_method_call(*proxy, screen_saver.name, "Lock");
    co_await call_bus(*proxy, std::move(message), k_lock_limit);
}

// org.freedesktop.login1(5). "auto" is the caller's session or, for a service of the user's, the
// one that he sees.
Task<> ask_logind_to_lock()
{
    const auto bus = co_await system_bus();
    auto start = [&bus](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        g_dbus_connection_call(bus.get(), "org.freedesktop.login1",
                               "/org/freedesktop/login1/session/auto",
                               "org.freedesktop.login1.Session", "Lock", nullptr, nullptr,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    ErrorSlot error;
    GVariant* const nothing = g_dbus_connection_call_finish(bus.get(), result.get(), error.out());
    error.check();
    g_variant_unref(nothing);
}

Task<bool> succeeds(Task<> does, const char* who)
{
    try {
        co_await with_timeout(std::move(does), k_lock_limit);
    } catch (const std::exception& error) {
        log_info(std::string{who} + " does not lock the screen: " + error.what());
        co_return false;
    }
    co_return true;
}

} // namespace

Task<bool> screen_is_locked(sdbus::IConnection& connection)
{
    for (const ScreenSaver& each : k_screen_savers) {
        bool locked = false;
        try {
            const bool running = co_await is_on_bus(connection, each.name);
            if (running) {
                locked = co_await is_active(connection, each);
            }
        } catch (const sdbus::Error& error) {
            log_debug(std::string{each.name} + " does not answer: " + error.what());
        }
        if (locked) {
            co_return true;
        }
    }
    co_return false;
}

Task<bool> lock_screen(sdbus::IConnection& connection)
{
    for (const ScreenSaver& each : k_screen_savers) {
        bool running = false;
        try {
            running = co_await is_on_bus(connection, each.name);
        } catch (const sdbus::Error& error) {
            log_debug(std::string{"the bus does not answer: "} + error.what());
        }
        bool locked = false;
        if (running) {
            auto lock = ask_to_lock(connection, each);
            locked = co_await succeeds(std::move(lock), each.name);
        }
        if (locked) {
            co_return true;
        }
    }
    auto lock = ask_logind_to_lock();
    co_return co_await succeeds(std::move(lock), "logind");
}

} // namespace gds
