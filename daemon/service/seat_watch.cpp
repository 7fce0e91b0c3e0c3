// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/seat_watch.h"

#include "base/gio_call.h"
#include "base/glib_error.h"
#include "base/log.h"
#include "base/system_bus.h"

#include <chrono>
#include <memory>
#include <utility>

namespace gds {

namespace {

constexpr const char* k_logind = "org.freedesktop.login1";
constexpr const char* k_session = "org.freedesktop.login1.Session";
constexpr int k_call_limit_ms = 5'000;
// One switch is several signals.
constexpr std::chrono::milliseconds k_settle{50};

struct UnrefVariant {
    void operator()(GVariant* variant) const { g_variant_unref(variant); }
};
using VariantPtr = std::unique_ptr<GVariant, UnrefVariant>;

struct LogindCall {
    std::string path;
    const char* interface;
    const char* method;
    std::string argument;
    const char* reply;
};

Task<VariantPtr> call_logind(GObjectPtr<GDBusConnection> bus, LogindCall call)
{
    auto start = [&bus, &call](GCancellable* cancellable, GAsyncReadyCallback ready,
                               gpointer data) {
        g_dbus_connection_call(bus.get(), k_logind, call.path.c_str(), call.interface, call.method,
                               g_variant_new("(s)", call.argument.c_str()),
                               G_VARIANT_TYPE(call.reply), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               k_call_limit_ms, cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    ErrorSlot error;
    VariantPtr reply{g_dbus_connection_call_finish(bus.get(), result.get(), error.out())};
    error.check();
    co_return reply;
}

// "auto" is the caller's session or, for a service of the user's, the one that he sees.
Task<SeatState> read_state(GObjectPtr<GDBusConnection> bus)
{
    LogindCall get_session{"/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                           "GetSession", "auto", "(o)"};
    const auto found = co_await call_logind(bus, std::move(get_session));
    const char* path = nullptr;
    g_variant_get(found.get(), "(&o)", &path);
    LogindCall get_all{path, "org.freedesktop.DBus.Properties", "GetAll", k_session, "(a{sv})"};
    const auto answer = co_await call_logind(bus, std::move(get_all));
    const VariantPtr properties{g_variant_get_child_value(answer.get(), 0)};

    SeatState state;
    gboolean active = TRUE;
    const char* type = "";
    const char* seat = "";
    g_variant_lookup(properties.get(), "Active", "b", &active);
    g_variant_lookup(properties.get(), "Type", "&s", &type);
    g_variant_lookup(properties.get(), "Seat", "(&s&o)", &seat, nullptr);
    state.active = active != FALSE;
    state.type = type;
    state.seat = seat;
    co_return state;
}

} // namespace

bool is_away(const SeatState& state)
{
    const bool graphical = state.type == "wayland" || state.type == "x11" || state.type == "mir";
    return graphical && !state.seat.empty() && !state.active;
}

SeatWatch::SeatWatch(std::function<void()> on_change) : on_change_(std::move(on_change))
{
    auto connecting = connect();
    tasks_.spawn(std::move(connecting), [](std::exception_ptr failure) {
        if (failure) {
            log_info("no system bus: whether this session is on the screen is not known");
        }
    });
}

SeatWatch::~SeatWatch()
{
    if (bus_) {
        g_dbus_connection_signal_unsubscribe(bus_.get(), signals_);
        g_dbus_connection_signal_unsubscribe(bus_.get(), owner_);
    }
}

Task<> SeatWatch::connect()
{
    bus_ = co_await system_bus();
    // Few: sessions that come and go, and what becomes of them.
    signals_ =
        g_dbus_connection_signal_subscribe(bus_.get(), k_logind, nullptr, nullptr, nullptr, nullptr,
                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, this, nullptr);
    owner_ = g_dbus_connection_signal_subscribe(
        bus_.get(), "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", nullptr,
        k_logind, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, this, nullptr);
    look();
}

void SeatWatch::on_signal(GDBusConnection*, const char*, const char*, const char*, const char*,
                          GVariant*, void* self)
{
    static_cast<SeatWatch*>(self)->look_soon();
}

void SeatWatch::look_soon()
{
    delay_ = call_after(k_settle, [this] { look(); });
}

void SeatWatch::look()
{
    again_ = true;
    if (!std::exchange(asking_, true)) {
        auto asking = ask();
        tasks_.spawn(std::move(asking));
    }
}

Task<> SeatWatch::ask()
{
    while (std::exchange(again_, false)) {
        SeatState state;
        try {
            state = co_await read_state(bus_);
        } catch (const std::exception& error) {
            log_debug(std::string{"logind knows no session of ours: "} + error.what());
        }
        if (std::exchange(away_, is_away(state)) != away_) {
            log_info(away_ ? "another session is at the screen now" : "back at the screen");
            on_change_();
        }
    }
    asking_ = false;
}

} // namespace gds
