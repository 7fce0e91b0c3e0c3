// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/notifications.h"

#include "base/log.h"
#include "base/wakeup.h"

#include <algorithm>
#include <list>
#include <optional>

#include <glib.h>

namespace gds {
namespace {

constexpr const char* k_name = "org.freedesktop.Notifications";
constexpr const char* k_path = "/org/freedesktop/Notifications";
constexpr std::chrono::milliseconds k_call_limit{5'000};
constexpr std::uint8_t k_urgency_normal = 1;
constexpr std::uint8_t k_urgency_critical = 2;
constexpr std::int32_t k_never_expires = 0;

std::string without_markup(const std::string& text)
{
    char* const escaped = g_markup_escape_text(text.c_str(), -1);
    std::string result{escaped};
    g_free(escaped);
    return result;
}

} // namespace

// The service as we know it. Outlives the Notifications while an answer of it is under way.
struct Notifications::Desk {
    struct Event {
        std::string sender; // unique name
        std::uint32_t id = 0;
        std::string button; // that was pressed, or none: it was put away
        bool closed = false;
    };
    std::unique_ptr<sdbus::IProxy> proxy;
    std::vector<std::string> capabilities;
    std::list<Showing*> showing;

    bool can(const char* what) const
    {
        return std::ranges::find(capabilities, what) != capabilities.end();
    }
    void close(std::uint32_t id)
    {
        try {
            auto message = sdbus_method_call(*proxy, k_name, "CloseNotification");
            message << id;
            notify_bus(*proxy, message, {});
        } catch (const sdbus::Error& error) {
            log_debug(std::string{"a notification could not be closed: "} + error.what());
        }
    }
    void take_event(const Event& event);
    void take_end(const std::string& of);
};

// One note, from the call that shows it to its end. The handler of the call shares it: a note that
// nobody waits for any more is closed when its number comes.
struct Notifications::Showing {
    std::shared_ptr<Desk> desk;
    std::uint32_t id = 0;
    std::string owner; // who shows it, a unique name: nobody else is believed about it
    // What was told before the number was known: the service may be quicker than its reply.
    std::vector<Desk::Event> early;
    std::optional<sdbus::Error> error;
    std::string button;
    bool over = false;
    bool closed = false; // it is off the screen
    bool dropped = false;
    Wakeup news;

    void take_id(std::uint32_t number, std::string from)
    {
        id = number;
        owner = std::move(from);
        if (dropped) {
            desk->close(id);
            return;
        }
        for (const auto& event : early) {
            if (event.id == id && event.sender == owner) {
                take(event);
            }
        }
        early.clear();
    }
    void take(const Desk::Event& event)
    {
        closed = closed || event.closed;
        if (!over) {
            button = event.button;
            over = true;
            news.set();
        }
    }
};

void Notifications::Desk::take_event(const Event& event)
{
    constexpr std::size_t k_most_early = 16;
    for (Showing* note : showing) {
        if (note->id == 0 && note->early.size() < k_most_early) {
            note->early.push_back(event);
        } else if (note->id == event.id && note->owner == event.sender) {
            note->take(event);
        }
    }
}

// What it showed is gone with it.
void Notifications::Desk::take_end(const std::string& of)
{
    for (Showing* note : showing) {
        if (note->owner == of && !note->over) {
            note->closed = true;
            note->error = sdbus_error("org.freedesktop.DBus.Error.NameHasNoOwner",
                                      "the notification service has ended");
            note->news.set();
        }
    }
}

Notifications::Notifications(sdbus::IConnection& connection) : desk_(std::make_shared<Desk>())
{
    desk_->proxy =
        sdbus::createProxy(connection, sdbus::ServiceName{k_name}, sdbus::ObjectPath{k_path});
    const std::string signals =
        std::string{"type='signal',sender='"} + k_name + "',interface='" + k_name + "',member='";
    const auto add = [&](const char* member, bool closes) {
        matches_.push_back(sdbus_add_match(
            connection, signals + member + "'", [desk = desk_, closes](auto&& message) {
                try {
                    Desk::Event event;
                    message >> event.id;
                    if (!closes) {
                        message >> event.button;
                    }
                    event.closed = closes;
                    event.sender = message.getSender();
                    desk->take_event(event);
                } catch (const std::exception& error) {
                    log_warning(std::string{"a signal of the notification service could not be "
                                            "read: "} +
                                error.what());
                }
            }));
    };
    add("ActionInvoked", false);
    add("NotificationClosed", true);
    matches_.push_back(sdbus_add_match(
        connection,
        std::string{"type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                    "member='NameOwnerChanged',arg0='"} +
            k_name + "'",
        [desk = desk_](auto&& message) {
            std::string name;
            std::string before;
            message >> name;
            message >> before;
            if (!before.empty()) {
                desk->take_end(before);
            }
        }));
}

Notifications::~Notifications() = default;

Task<bool> Notifications::shows_buttons()
{
    auto message = sdbus_method_call(*desk_->proxy, k_name, "GetCapabilities");
    auto reply = co_await call_bus(*desk_->proxy, std::move(message), k_call_limit);
    std::vector<std::string> capabilities;
    reply >> capabilities;
    desk_->capabilities = std::move(capabilities);
    co_return desk_->can("actions");
}

Task<std::string> Notifications::ask(Note note)
{
    const auto desk = desk_;
    std::vector<std::string> buttons;
    for (const auto& [word, label] : note.buttons) {
        buttons.push_back(word);
        buttons.push_back(label);
    }
    VariantMap hints;
    hints["urgency"] = sdbus::Variant{note.urgent ? k_urgency_critical : k_urgency_normal};
    hints["category"] = sdbus::Variant{std::string{"network.connected"}};
    hints["desktop-entry"] = sdbus::Variant{std::string{"org.gnome.DesktopSharing"}};
    if (note.resident) {
        hints["resident"] = sdbus::Variant{true};
    }
    auto message = sdbus_method_call(*desk->proxy, k_name, "Notify");
    message << "gnome-desktop-sharing" << std::uint32_t{0} << "preferences-desktop-remote-desktop"
            << note.summary << (desk->can("body-markup") ? without_markup(note.body) : note.body)
            << buttons << hints << k_never_expires;

    const auto showing = std::make_shared<Showing>();
    showing->desk = desk;
    desk->showing.push_back(showing.get());
    struct TakeOff {
        std::shared_ptr<Showing> showing;
        explicit TakeOff(std::shared_ptr<Showing> which) : showing(std::move(which)) {}
        TakeOff(const TakeOff&) = delete;
        TakeOff& operator=(const TakeOff&) = delete;
        ~TakeOff()
        {
            showing->dropped = true;
            showing->desk->showing.remove(showing.get());
            if (showing->id != 0 && !showing->closed) {
                showing->desk->close(showing->id);
            }
        }
    };
    const TakeOff take_off{showing};
    sdbus_call_async(
        *desk->proxy, message,
        [showing](auto&& reply, auto&& error) {
            if (error) {
                showing->error = *error;
                showing->news.set();
                return;
            }
            std::uint32_t id = 0;
            reply >> id;
            showing->take_id(id, reply.getSender());
        },
        k_call_limit);
    while (!showing->over && !showing->error) {
        co_await showing->news.wait();
    }
    if (showing->error) {
        throw *showing->error;
    }
    co_return showing->button;
}

} // namespace gds
