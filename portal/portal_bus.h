// SPDX-License-Identifier: GPL-2.0-or-later
// PortalBus: our side of org.freedesktop.portal.Desktop. It knows who owns the name, makes calls to
// it and hands its signals to whoever subscribed. Owned by PortalCapture; main thread.
//
// The match rules are installed once, in the constructor: installing one is a round trip to the bus
// daemon itself, never to another service, and later subscriptions cost nothing.
#pragma once

#include "base/bus_call.h"
#include "base/sdbus_compat.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gds {

inline constexpr const char* k_portal_name = "org.freedesktop.portal.Desktop";
inline constexpr const char* k_portal_path = "/org/freedesktop/portal/desktop";
inline constexpr const char* k_request_interface = "org.freedesktop.portal.Request";
inline constexpr const char* k_session_interface = "org.freedesktop.portal.Session";
inline constexpr const char* k_screen_cast_interface = "org.freedesktop.portal.ScreenCast";
inline constexpr const char* k_clipboard_interface = "org.freedesktop.portal.Clipboard";
inline constexpr const char* k_remote_desktop_interface = "org.freedesktop.portal.RemoteDesktop";

class PortalBus {
public:
    // Ends its subscription when dropped. Callbacks run in the bus dispatch: they note what came
    // and wake somebody, and destroy nothing.
    using Subscription = std::shared_ptr<void>;
    using OnResponse = std::function<void(std::uint32_t code, VariantMap results)>;
    using OnClosed = std::function<void()>;
    // The portal itself, a portal backend or a compositor came (`present`) or went.
    using OnName = std::function<void(const std::string& name, bool present)>;
    // Mutter has other monitors, or the same ones turned or sized another way.
    struct OnMonitorsChanged {
        std::function<void()> callback;
        void operator()() const { callback(); }
    };

    explicit PortalBus(sdbus::IConnection& connection);
    ~PortalBus();
    PortalBus(const PortalBus&) = delete;
    PortalBus& operator=(const PortalBus&) = delete;

    sdbus::IConnection& connection() { return connection_; }
    sdbus::IProxy& portal() { return *portal_; }
    std::unique_ptr<sdbus::IProxy> object(const std::string& path);

    Subscription on_response(const std::string& request_path, OnResponse callback);
    Subscription on_closed(const std::string& session_path, OnClosed callback);
    Subscription on_name(OnName callback);
    Subscription on_monitors_changed(OnMonitorsChanged callback);

    // A word no other request or session of this process has, fit for an object path.
    std::string make_token();
    // Where the portal puts our request of that token.
    std::string request_path(const std::string& token) const;
    // Signals are believed from this connection only; every reply of the portal tells it anew.
    void learn_owner(const std::string& unique_name);

private:
    struct Listeners;
    template <typename Callback>
    Subscription subscribe(Callback callback, std::string path);

    sdbus::IConnection& connection_;
    std::shared_ptr<Listeners> listeners_;
    std::unique_ptr<sdbus::IProxy> portal_;
    std::vector<sdbus::Slot> matches_;
    unsigned next_token_ = 0;
};

} // namespace gds
