// SPDX-License-Identifier: GPL-2.0-or-later
// A ServerControl with clients that a test makes and ends, which remembers what it was told.
#pragma once

#include "base/source.h"
#include "server/server_control.h"

#include <map>
#include <utility>

namespace gds {

class FakeServerControl final : public ServerControl {
public:
    ServerStatus now;
    std::map<unsigned, ClientInfo> connected;
    bool nobody_controls = false;
    unsigned traffic_watched = 0; // how often it was asked for, since there was some
    std::vector<std::pair<unsigned, std::string>> disconnected;
    std::vector<std::string> all_disconnected;
    std::vector<std::pair<ViewerCall, OnCallAnswer>> calls;
    std::vector<unsigned> cancelled; // the first call is 41

    void add(ClientInfo client)
    {
        connected[client.number] = client;
        if (observer_ != nullptr) {
            observer_->on_client_added(client);
        }
    }
    void change(const ClientInfo& client)
    {
        connected[client.number] = client;
        if (observer_ != nullptr) {
            observer_->on_client_changed(client);
        }
    }
    void remove(unsigned number)
    {
        connected.erase(number);
        if (observer_ != nullptr) {
            observer_->on_client_removed(number);
        }
    }
    void set_status(ServerStatus status)
    {
        now = std::move(status);
        if (observer_ != nullptr) {
            observer_->on_status_changed();
        }
    }
    bool is_observed() const { return observer_ != nullptr; }

    ServerStatus status() const override { return now; }
    std::vector<ClientInfo> clients() const override
    {
        std::vector<ClientInfo> list;
        for (const auto& [number, client] : connected) {
            list.push_back(client);
        }
        return list;
    }
    std::optional<ClientInfo> client(unsigned number) const override
    {
        const auto found = connected.find(number);
        return found != connected.end() ? std::optional{found->second} : std::nullopt;
    }
    void tell_next_traffic() override { ++traffic_watched; }
    void carry_traffic()
    {
        if (observer_ != nullptr && std::exchange(traffic_watched, 0) > 0) {
            observer_->on_traffic();
        }
    }
    bool disconnect(unsigned number, const std::string& reason) override
    {
        if (!connected.contains(number)) {
            return false;
        }
        disconnected.emplace_back(number, reason);
        ends_.push_back(call_soon([this, number] { remove(number); }));
        return true;
    }
    void disconnect_all(const std::string& reason) override { all_disconnected.push_back(reason); }
    bool set_view_only(unsigned number, bool view_only) override
    {
        const auto found = connected.find(number);
        if (found == connected.end() || (nobody_controls && !view_only)) {
            return false;
        }
        found->second.view_only = view_only;
        ends_.push_back(call_soon([this, client = found->second] { change(client); }));
        return true;
    }
    unsigned call_viewer(ViewerCall call, OnCallAnswer answer) override
    {
        calls.emplace_back(std::move(call), std::move(answer));
        return 40 + static_cast<unsigned>(calls.size());
    }
    void cancel_call(unsigned number, const std::string&) override
    {
        cancelled.push_back(number);
        const auto answer = calls.at(number - 41).second;
        answer({.client = 0, .failure = CallFailure::cancelled, .detail = {}});
    }
    void set_observer(ServerObserver* observer) override { observer_ = observer; }

private:
    ServerObserver* observer_ = nullptr;
    std::vector<Source> ends_;
};

} // namespace gds
