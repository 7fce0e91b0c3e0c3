// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_clipboard.h"

#include "base/bus_call.h"

#include <chrono>

namespace gds {

namespace {

constexpr const char* k_service = "org.gnome.Mutter.RemoteDesktop";
constexpr const char* k_object = "/org/gnome/Mutter/RemoteDesktop";
constexpr const char* k_session = "org.gnome.Mutter.RemoteDesktop.Session";
constexpr std::chrono::milliseconds k_limit{5'000};

} // namespace

MutterClipboard::~MutterClipboard()
{
    closed_.reset();
    clipboard_.detach();
    if (session_) {
        send_last_word(*session_, k_session, "Stop");
    }
}

Task<bool> MutterClipboard::open()
{
    const std::string name = k_service;
    const bool there = co_await is_on_bus(connection_, name);
    if (!there) {
        co_return false;
    }
    const auto mutter =
        sdbus::createProxy(connection_, sdbus::ServiceName{k_service}, sdbus::ObjectPath{k_object});
    auto create = sdbus_method_call(*mutter, k_service, "CreateSession");
    auto reply = co_await call_bus(*mutter, std::move(create), k_limit);
    sdbus::ObjectPath path;
    reply >> path;
    session_ = sdbus::createProxy(connection_, sdbus::ServiceName{k_service}, path);
    clipboard_.attach(mutter_selection(path));
    closed_ = sdbus_add_match(connection_,
                              std::string{"type='signal',sender='"} + k_service + "',interface='" +
                                  k_session + "',path='" + path + "',member='Closed'",
                              [this](auto&&) { clipboard_.detach(); });

    auto start = sdbus_method_call(*session_, k_session, "Start");
    co_await call_bus(*session_, std::move(start), k_limit);
    auto enable = sdbus_method_call(*session_, k_session, "EnableClipboard");
    enable << VariantMap{};
    co_await call_bus(*session_, std::move(enable), k_limit);
    clipboard_.enable();
    co_return true;
}

} // namespace gds
