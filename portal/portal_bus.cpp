// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_bus.h"

#include "base/log.h"

#include <algorithm>
#include <list>
#include <type_traits>

#include <glib.h>
#include <unistd.h>

namespace gds {

struct PortalBus::Listeners {
    template <typename Callback>
    struct Entry {
        std::string path;
        Callback callback;
    };
    std::list<Entry<OnResponse>> responses;
    std::list<Entry<OnClosed>> closed;
    std::list<Entry<OnName>> names;
    std::list<Entry<OnMonitorsChanged>> monitors;
    std::string owner;

    template <typename Callback>
    std::list<Entry<Callback>>& list_of()
    {
        if constexpr (std::is_same_v<Callback, OnResponse>) {
            return responses;
        } else if constexpr (std::is_same_v<Callback, OnClosed>) {
            return closed;
        } else if constexpr (std::is_same_v<Callback, OnMonitorsChanged>) {
            return monitors;
        } else {
            return names;
        }
    }

    bool is_portal(const std::string& sender) const { return owner.empty() || sender == owner; }

    template <typename Message>
    void take_response(Message& message)
    {
        const std::string path = message.getPath();
        if (!is_portal(message.getSender())) {
            return;
        }
        for (const auto& entry : responses) {
            if (entry.path == path) {
                std::uint32_t code = 2;
                VariantMap results;
                message >> code;
                message >> results;
                entry.callback(code, std::move(results));
                return;
            }
        }
    }

    template <typename Message>
    void take_closed(Message& message)
    {
        const std::string path = message.getPath();
        if (!is_portal(message.getSender())) {
            return;
        }
        for (const auto& entry : closed) {
            if (entry.path == path) {
                entry.callback();
            }
        }
    }

    template <typename Message>
    void take_owner_change(Message& message)
    {
        std::string name;
        std::string before;
        std::string after;
        message >> name;
        message >> before;
        message >> after;
        if (name == k_portal_name) {
            owner = after;
        }
        for (const auto& entry : names) {
            entry.callback(name, !after.empty());
        }
    }
};

namespace {

// What a malformed message throws must not reach the bus loop.
template <typename Take>
auto guarded(Take take)
{
    return [take](auto&& message) {
        try {
            take(message);
        } catch (const std::exception& error) {
            log_warning(std::string{"a signal of the portal could not be read: "} + error.what());
        }
    };
}

std::string names_below(const std::string& name_or_namespace, const char* key)
{
    return std::string{
               "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
               "member='NameOwnerChanged',"} +
           key + "='" + name_or_namespace + "'";
}

} // namespace

PortalBus::PortalBus(sdbus::IConnection& connection)
    : connection_(connection), listeners_(std::make_shared<Listeners>()),
      portal_(sdbus::createProxy(connection, sdbus::ServiceName{k_portal_name},
                                 sdbus::ObjectPath{k_portal_path}))
{
    const auto listeners = listeners_;
    const std::string from_portal = std::string{"type='signal',sender='"} + k_portal_name + "',";
    matches_.push_back(sdbus_add_match(
        connection_, from_portal + "interface='" + k_request_interface + "',member='Response'",
        guarded([listeners](auto& message) { listeners->take_response(message); })));
    matches_.push_back(sdbus_add_match(
        connection_, from_portal + "interface='" + k_session_interface + "',member='Closed'",
        guarded([listeners](auto& message) { listeners->take_closed(message); })));
    const auto owner_change =
        guarded([listeners](auto& message) { listeners->take_owner_change(message); });
    matches_.push_back(
        sdbus_add_match(connection_, names_below(k_portal_name, "arg0"), owner_change));
    // Their going tells a vanished desktop from a person who pressed "stop sharing".
    matches_.push_back(sdbus_add_match(
        connection_, names_below("org.freedesktop.impl.portal.desktop", "arg0namespace"),
        owner_change));
    matches_.push_back(sdbus_add_match(
        connection_, names_below("org.gnome.Mutter", "arg0namespace"), owner_change));
    matches_.push_back(
        sdbus_add_match(connection_,
                        "type='signal',sender='org.gnome.Mutter.DisplayConfig',"
                        "interface='org.gnome.Mutter.DisplayConfig',member='MonitorsChanged'",
                        [listeners](auto&&) {
                            for (const auto& entry : listeners->monitors) {
                                entry.callback();
                            }
                        }));
}

PortalBus::~PortalBus() = default;

std::unique_ptr<sdbus::IProxy> PortalBus::object(const std::string& path)
{
    return sdbus::createProxy(connection_, sdbus::ServiceName{k_portal_name},
                              sdbus::ObjectPath{path});
}

template <typename Callback>
PortalBus::Subscription PortalBus::subscribe(Callback callback, std::string path)
{
    auto& list = listeners_->list_of<Callback>();
    const auto entry = list.insert(list.end(), {std::move(path), std::move(callback)});
    const std::weak_ptr<Listeners> weak = listeners_;
    return {nullptr, [weak, entry](void*) {
                if (const auto listeners = weak.lock()) {
                    listeners->list_of<Callback>().erase(entry);
                }
            }};
}

PortalBus::Subscription PortalBus::on_response(const std::string& request_path, OnResponse callback)
{
    return subscribe(std::move(callback), request_path);
}

PortalBus::Subscription PortalBus::on_closed(const std::string& session_path, OnClosed callback)
{
    return subscribe(std::move(callback), session_path);
}

PortalBus::Subscription PortalBus::on_name(OnName callback)
{
    return subscribe(std::move(callback), std::string{});
}

PortalBus::Subscription PortalBus::on_monitors_changed(OnMonitorsChanged callback)
{
    return subscribe(std::move(callback), std::string{});
}

std::string PortalBus::make_token()
{
    return "gds" + std::to_string(getpid()) + "_" + std::to_string(g_random_int()) + "_" +
           std::to_string(next_token_++);
}

std::string PortalBus::request_path(const std::string& token) const
{
    // Documented by the portal's Request interface: the caller's unique name without its colon,
    // dots as underscores.
    std::string sender = connection_.getUniqueName();
    if (!sender.empty()) {
        sender.erase(0, 1);
    }
    std::replace(sender.begin(), sender.end(), '.', '_');
    return std::string{k_portal_path} + "/request/" + sender + "/" + token;
}

void PortalBus::learn_owner(const std::string& unique_name) { listeners_->owner = unique_name; }

} // namespace gds
