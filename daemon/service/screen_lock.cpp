// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/screen_lock.h"

#include "base/log.h"

#include <array>

namespace gds {
namespace {

// Asked only when it runs already: none must be started for this.
constexpr std::chrono::milliseconds k_call_limit{1'000};

struct ScreenSaver {
    const char* name;
    const char* path;
};
constexpr std::array k_screen_savers{
    ScreenSaver{"org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"},
    ScreenSaver{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"},
};

Task<bool> ask_bus(std::unique_ptr<sdbus::IProxy> proxy, sdbus::MethodCall message)
{
    auto reply = co_await call_bus(*proxy, std::move(message), k_call_limit);
    bool answer = false;
    reply >> answer;
    co_return answer;
}

Task<bool> is_running(sdbus::IConnection& connection, const char* name)
{
    auto proxy = sdbus::createProxy(connection, sdbus::ServiceName{"org.freedesktop.DBus"},
                                    sdbus::ObjectPath{"/org/freedesktop/DBus"});
    auto message = sdbus_method_call(*proxy, "org.freedesktop.DBus", "NameHasOwner");
    message << name;
    co_return co_await ask_bus(std::move(proxy), std::move(message));
}

Task<bool> is_active(sdbus::IConnection& connection, ScreenSaver screen_saver)
{
    auto proxy = sdbus::createProxy(connection, sdbus::ServiceName{screen_saver.name},
                                    sdbus::ObjectPath{screen_saver.path});
    auto message = sdbus_method_call(*proxy, screen_saver.name, "GetActive");
    co_return co_await ask_bus(std::move(proxy), std::move(message));
}

} // namespace

Task<bool> screen_is_locked(sdbus::IConnection& connection)
{
    for (const ScreenSaver& each : k_screen_savers) {
        bool locked = false;
        try {
            const bool running = co_await is_running(connection, each.name);
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

} // namespace gds
