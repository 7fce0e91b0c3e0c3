// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon on D-Bus, /org/gnome/DesktopSharing, and the objects of its clients below it.
// Translates and decides nothing. Owned by main, and dropped before the server and the settings.
#pragma once

#include "base/source.h"
#include "base/task_scope.h"
#include "server/server_control.h"
#include "service/bus_name.h"
#include "service/client_object.h"
#include "service/policy_from_settings.h"

#include "base/sdbus_compat.h"
#include "daemon_adaptor.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gds {

class DaemonObject final : private sdbus::AdaptorInterfaces<org::gnome::DesktopSharing_adaptor,
                                                            sdbus::ObjectManager_adaptor>,
                           private ServerObserver {
public:
    // How often the clients' figures are signalled at most.
    static constexpr std::chrono::milliseconds k_statistics{1000};

    // Becomes the observer of `server`.
    DaemonObject(sdbus::IConnection& bus, ServerControl& server, PolicySettings& settings,
                 std::chrono::milliseconds statistics = k_statistics);
    ~DaemonObject();
    DaemonObject(const DaemonObject&) = delete;
    DaemonObject& operator=(const DaemonObject&) = delete;

    // To be called when the policy changed: Enabled and EnabledBy follow it.
    void on_policy_changed();
    // Called after each change of the state of sharing or of the number of clients.
    void set_on_activity(std::function<void()> on_activity)
    {
        on_activity_ = std::move(on_activity);
    }

private:
    void on_client_added(const ClientInfo& client) override;
    void on_client_changed(const ClientInfo& client) override;
    void on_client_removed(unsigned number) override;
    void on_status_changed() override;
    void on_traffic() override;

    void begin_looking();
    void look_at_clients();
    void signal(const std::vector<const char*>& properties) noexcept;

    void DisconnectAll() override;
    using ConnectResult = sdbus::Result<sdbus::ObjectPath>;
    // Of Connect, which is over when he leaves the bus.
    struct Caller {
        ConnectResult result;
        std::string uri;
        sdbus::Slot watch;
        std::optional<unsigned> call; // once it is made
        bool left = false;
    };
    void Connect(ConnectResult&& result, std::string uri,
                 std::map<std::string, sdbus::Variant> options) override;
    std::shared_ptr<Caller> caller_of(ConnectResult&& result, std::string uri);
    void on_left(std::shared_ptr<Caller> caller);
    void call(ViewerCall call, std::shared_ptr<Caller> caller);
    Task<> call_with_password(ViewerCall call, std::shared_ptr<Caller> caller);
    void answer_call(const std::shared_ptr<Caller>& caller, const CallAnswer& answer);
    bool Enabled() override;
    void Enabled(const bool& value) override;
    std::vector<std::string> EnabledBy() override;
    std::string State() override;
    std::string StatusReason() override;
    std::vector<std::string> Endpoints() override;
    std::string TlsFingerprint() override;
    std::string RsaFingerprint() override;
    std::vector<sdbus::ObjectPath> Clients() override;
    std::string Version() override;

    sdbus::IConnection& bus_;
    ServerControl& server_;
    PolicySettings& settings_;
    const std::chrono::milliseconds statistics_;
    ServerStatus told_;
    std::vector<std::string> told_enabled_by_;
    std::map<unsigned, std::unique_ptr<ClientObject>> clients_;
    std::set<std::shared_ptr<Caller>> callers_; // who wait for an answer
    // Who called it: told when there is an object to name.
    std::map<unsigned, std::shared_ptr<Caller>> called_;
    TaskScope looking_up_; // passwords of proxies
    // Ended, but perhaps within one of their own method calls: dropped from idle.
    std::vector<std::unique_ptr<ClientObject>> ended_;
    Source drop_ended_;
    // As much.
    std::vector<std::shared_ptr<Caller>> left_;
    Source drop_left_;
    Source now_and_then_; // while there are clients that are not at rest
    std::function<void()> on_activity_;
};

} // namespace gds
