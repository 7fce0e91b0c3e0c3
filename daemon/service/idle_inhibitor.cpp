// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/idle_inhibitor.h"

#include "base/log.h"
#include "base/translate.h"

#include <array>
#include <string>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_limit{2'000};
constexpr const char* k_program = "org.gnome.DesktopSharing";

// org.gnome.SessionManager.Inhibit's flag for "the session being marked as idle".
constexpr std::uint32_t k_gnome_idle = 8;
constexpr std::uint32_t k_no_window = 0;

struct Service {
    const char* name; // of the interface, too
    const char* path;
    const char* release;
    void (*write)(sdbus::MethodCall& inhibit, const char* reason);
};

void write_for_gnome(sdbus::MethodCall& inhibit, const char* reason)
{
    inhibit << k_program << k_no_window << reason << k_gnome_idle;
}

// Idle Inhibition Service Draft of freedesktop.org.
void write_for_others(sdbus::MethodCall& inhibit, const char* reason)
{
    inhibit << k_program << reason;
}

constexpr std::array k_services{
    Service{"org.gnome.SessionManager", "/org/gnome/SessionManager", "Uninhibit", write_for_gnome},
    Service{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "UnInhibit",
            write_for_others},
};

std::string owner_changes_of(const char* name)
{
    return std::string{"type='signal',sender='org.freedesktop.DBus',"
                       "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='"} +
           name + "'";
}

} // namespace

IdleInhibitor::IdleInhibitor(sdbus::IConnection& connection) : connection_(connection)
{
    for (std::size_t i = 0; i < k_services.size(); ++i) {
        matches_.push_back(sdbus_add_match(connection, owner_changes_of(k_services[i].name),
                                           [this, i](auto&&) { note_owner(i); }));
    }
}

void IdleInhibitor::set(bool inhibit)
{
    if (std::exchange(wanted_, inhibit) != inhibit) {
        settle();
    }
}

// What the one before held is gone with it; and who comes late is asked as well.
void IdleInhibitor::note_owner(std::size_t service)
{
    if (held_ && held_->service == service) {
        held_.reset();
    }
    settle();
}

// One at a time: an answer that nobody waits for would leave the screen on for ever.
void IdleInhibitor::settle()
{
    again_ = true;
    if (!std::exchange(pursuing_, true)) {
        auto pursuit = pursue();
        tasks_.spawn(std::move(pursuit));
    }
}

Task<> IdleInhibitor::pursue()
{
    while (std::exchange(again_, false)) {
        if (wanted_ && !held_) {
            held_ = co_await inhibit();
        } else if (!wanted_ && held_) {
            release();
        }
    }
    pursuing_ = false;
}

Task<std::optional<IdleInhibitor::Held>> IdleInhibitor::inhibit()
{
    for (std::size_t i = 0; i < k_services.size(); ++i) {
        const Service& service = k_services[i];
        std::optional<Held> held;
        try {
            const bool running = co_await is_on_bus(connection_, service.name);
            if (running) {
                const auto proxy = sdbus::createProxy(connection_, sdbus::ServiceName{service.name},
                                                      sdbus::ObjectPath{service.path});
                auto message = sdbus_method_call(*proxy, service.name, "Inhibit");
                // Translators: why the screen does not go dark, as the session shows it.
                service.write(message, _("Somebody is looking at this desktop"));
                auto reply = co_await call_bus(*proxy, std::move(message), k_limit);
                held = Held{i, 0};
                reply >> held->cookie;
            }
        } catch (const sdbus::Error& error) {
            log_info(std::string{service.name} + " does not keep the screen on: " + error.what());
            held.reset();
        }
        if (held) {
            co_return held;
        }
    }
    co_return std::nullopt;
}

void IdleInhibitor::release()
{
    const auto held = *std::exchange(held_, std::nullopt);
    const Service& service = k_services[held.service];
    try {
        const auto proxy = sdbus::createProxy(connection_, sdbus::ServiceName{service.name},
                                              sdbus::ObjectPath{service.path});
        auto message = sdbus_method_call(*proxy, service.name, service.release);
        message << held.cookie;
        message.dontExpectReply();
        proxy->callMethod(message);
    } catch (const sdbus::Error& error) {
        log_info(std::string{service.name} +
                 " was not told that the screen may go dark: " + error.what());
    }
}

} // namespace gds
