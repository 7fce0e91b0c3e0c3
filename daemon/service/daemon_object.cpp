// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/daemon_object.h"

#include "base/timeout.h"
#include "base/translate.h"
#include "config.h"
#include "service/emit.h"
#include "service/proxy_password.h"
#include "service/viewer_call_request.h"

namespace gds {

namespace {

constexpr std::chrono::seconds k_keyring_limit{10};

const char* word_for(SharingState state)
{
    switch (state) {
    case SharingState::disabled:
        return "disabled";
    case SharingState::starting:
        return "starting";
    case SharingState::listening:
        return "listening";
    case SharingState::sharing:
        return "sharing";
    case SharingState::failed:
        break;
    }
    return "failed";
}

void give_path(sdbus::Result<sdbus::ObjectPath>& result, unsigned client)
{
    emit_safely("whom was called",
                [&] { result.returnResults(sdbus::ObjectPath{ClientObject::path_of(client)}); });
}

} // namespace

DaemonObject::DaemonObject(sdbus::IConnection& bus, ServerControl& server, PolicySettings& settings,
                           std::chrono::milliseconds statistics)
    : AdaptorInterfaces(bus, sdbus::ObjectPath{BusName::k_path}), bus_(bus), server_(server),
      settings_(settings), statistics_(statistics), told_(server.status()),
      told_enabled_by_(settings.enabled_by())
{
    registerAdaptor();
    for (const auto& client : server_.clients()) {
        on_client_added(client);
    }
    server_.set_observer(this);
}

DaemonObject::~DaemonObject()
{
    server_.set_observer(nullptr);
    // The clients' objects speak through the object manager: they go first.
    ended_.clear();
    clients_.clear();
    emit_safely("the end of the service", [this] { unregisterAdaptor(); });
}

void DaemonObject::signal(const std::vector<const char*>& properties) noexcept
{
    if (properties.empty()) {
        return;
    }
    emit_safely("a change of status", [&] {
        const std::vector<sdbus::PropertyName> names(properties.begin(), properties.end());
        getObject().emitPropertiesChangedSignal(
            sdbus::InterfaceName{DesktopSharing_adaptor::INTERFACE_NAME}, names);
    });
}

void DaemonObject::on_policy_changed()
{
    auto by = settings_.enabled_by();
    if (by == told_enabled_by_) {
        return;
    }
    const bool enabled_changed = by.empty() != told_enabled_by_.empty();
    told_enabled_by_ = std::move(by);
    signal(enabled_changed ? std::vector<const char*>{"Enabled", "EnabledBy"}
                           : std::vector<const char*>{"EnabledBy"});
}

void DaemonObject::on_status_changed()
{
    const auto now = server_.status();
    std::vector<const char*> properties;
    if (now.state != told_.state) {
        properties.push_back("State");
    }
    if (now.reason != told_.reason) {
        properties.push_back("StatusReason");
    }
    if (now.endpoints != told_.endpoints) {
        properties.push_back("Endpoints");
    }
    if (now.tls_fingerprint != told_.tls_fingerprint) {
        properties.push_back("TlsFingerprint");
    }
    if (now.rsa_fingerprint != told_.rsa_fingerprint) {
        properties.push_back("RsaFingerprint");
    }
    told_ = now;
    signal(properties);
    if (on_activity_) {
        on_activity_();
    }
}

void DaemonObject::on_client_added(const ClientInfo& client)
{
    auto& object = clients_[client.number];
    if (object) {
        return;
    }
    try {
        object = std::make_unique<ClientObject>(bus_, server_, client);
    } catch (const sdbus::Error& error) {
        // The client is served all the same; only nobody sees it here.
        log_warning(std::string{"a client cannot be shown on D-Bus: "} + error.what());
        clients_.erase(client.number);
        called_.erase(client.number);
        return;
    }
    signal({"Clients"});
    if (const auto call = called_.extract(client.number); !call.empty()) {
        give_path(call.mapped()->result, client.number);
    }
    begin_looking();
    if (on_activity_) {
        on_activity_();
    }
}

void DaemonObject::on_client_changed(const ClientInfo& client)
{
    if (const auto found = clients_.find(client.number); found != clients_.end()) {
        found->second->changed(client);
    }
    if (on_activity_) {
        on_activity_();
    }
}

void DaemonObject::on_client_removed(unsigned number)
{
    auto node = clients_.extract(number);
    if (node.empty()) {
        return;
    }
    ended_.push_back(std::move(node.mapped()));
    drop_ended_ = call_soon([this] { ended_.clear(); });
    if (clients_.empty()) {
        now_and_then_.reset();
    }
    signal({"Clients"});
    if (on_activity_) {
        on_activity_();
    }
}

void DaemonObject::on_traffic()
{
    if (!now_and_then_ && !clients_.empty()) {
        begin_looking();
        look_at_clients(); // from here on frames are counted
    }
}

void DaemonObject::begin_looking()
{
    if (!now_and_then_) {
        now_and_then_ = call_every(statistics_, [this] { look_at_clients(); });
    }
}

// Whoever is idle wakes nobody up.
void DaemonObject::look_at_clients()
{
    const auto at = FrameRateMeter::Clock::now();
    bool at_rest = true;
    for (const auto& client : server_.clients()) {
        const auto found = clients_.find(client.number);
        if (found != clients_.end() && found->second->look(client, at)) {
            at_rest = false;
        }
    }
    if (at_rest) {
        now_and_then_.reset();
        server_.tell_next_traffic();
    }
}

void DaemonObject::DisconnectAll() { server_.disconnect_all("asked for over D-Bus"); }

void DaemonObject::Connect(ConnectResult&& result, std::string uri,
                           std::map<std::string, sdbus::Variant> options)
{
    ViewerCall call;
    try {
        call = read_call_request(uri, std::move(options));
    } catch (const BadCallRequest& bad) {
        emit_safely("a call that is none", [&] {
            result.returnError(
                sdbus_error("org.gnome.DesktopSharing.Error.InvalidValue", bad.what()));
        });
        return;
    }
    auto caller = caller_of(std::move(result), std::move(uri));
    if (call.proxy && call.proxy->login == SocksLogin::password) {
        auto calling = call_with_password(std::move(call), std::move(caller));
        looking_up_.spawn(std::move(calling));
    } else {
        this->call(std::move(call), std::move(caller));
    }
}

std::shared_ptr<DaemonObject::Caller> DaemonObject::caller_of(ConnectResult&& result,
                                                              std::string uri)
{
    auto caller = std::make_shared<Caller>();
    caller->result = std::move(result);
    caller->uri = std::move(uri);
    const auto leaving = "type='signal',sender='org.freedesktop.DBus',"
                         "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" +
                         sdbus_sender(getObject()) + "'";
    const auto on_leaving = [this, weak = std::weak_ptr<Caller>{caller}](auto&&) {
        if (auto left = weak.lock()) {
            on_left(std::move(left));
        }
    };
    emit_safely("a watch for a caller",
                [&] { caller->watch = sdbus_add_match(bus_, leaving, on_leaving); });
    callers_.insert(caller);
    return caller;
}

void DaemonObject::on_left(std::shared_ptr<Caller> caller)
{
    caller->left = true;
    // This comes from his watch.
    callers_.erase(caller);
    left_.push_back(caller);
    drop_left_ = call_soon([this] { left_.clear(); });
    if (caller->call) {
        server_.cancel_call(*caller->call, "whoever asked for it has left");
    }
}

Task<> DaemonObject::call_with_password(ViewerCall call, std::shared_ptr<Caller> caller)
{
    const auto account = proxy_account(*call.proxy);
    std::string trouble;
    auto looking = find_proxy_password(account);
    try {
        auto password = co_await with_timeout(std::move(looking), k_keyring_limit);
        call.proxy->password = std::make_shared<const SecretString>(std::move(password));
    } catch (const std::exception& error) {
        trouble = error.what();
    }
    if (trouble.empty()) {
        this->call(std::move(call), std::move(caller));
    } else {
        callers_.erase(caller);
        emit_safely("a call without a password", [&] {
            caller->result.returnError(
                sdbus_error("org.gnome.DesktopSharing.Error.NoPassword", trouble));
        });
    }
}

void DaemonObject::call(ViewerCall call, std::shared_ptr<Caller> caller)
{
    if (caller->left) {
        return;
    }
    caller->call = server_.call_viewer(
        std::move(call), [this, weak = std::weak_ptr<Caller>{caller}](const CallAnswer& answer) {
            if (const auto waiting = weak.lock()) {
                answer_call(waiting, answer);
            }
        });
}

void DaemonObject::answer_call(const std::shared_ptr<Caller>& caller, const CallAnswer& answer)
{
    callers_.erase(caller);
    if (answer.failure) {
        emit_safely("a call in vain", [&] {
            caller->result.returnError(call_error(*answer.failure, caller->uri, answer.detail));
        });
    } else if (clients_.contains(answer.client)) {
        give_path(caller->result, answer.client);
    } else {
        called_.emplace(answer.client, caller); // the server tells of it in a moment
    }
}

void DaemonObject::Enabled(const bool& value)
{
    try {
        settings_.set_enabled(value);
    } catch (const SettingLocked& locked) {
        throw sdbus_error("org.gnome.DesktopSharing.Error.Locked", locked.what());
    }
}

bool DaemonObject::Enabled() { return !settings_.enabled_by().empty(); }

std::vector<std::string> DaemonObject::EnabledBy() { return settings_.enabled_by(); }

std::string DaemonObject::State() { return word_for(server_.status().state); }

std::string DaemonObject::StatusReason() { return server_.status().reason; }
std::vector<std::string> DaemonObject::Endpoints() { return server_.status().endpoints; }
std::string DaemonObject::TlsFingerprint() { return server_.status().tls_fingerprint; }
std::string DaemonObject::RsaFingerprint() { return server_.status().rsa_fingerprint; }
std::string DaemonObject::Version() { return GDS_VERSION; }

std::vector<sdbus::ObjectPath> DaemonObject::Clients()
{
    std::vector<sdbus::ObjectPath> paths;
    for (const auto& [number, object] : clients_) {
        paths.emplace_back(ClientObject::path_of(number));
    }
    return paths;
}

} // namespace gds
