// SPDX-License-Identifier: GPL-2.0-or-later
// What the server tells of itself and of its clients.
#include "server/server.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace gds {

namespace {

void append_sentence(std::string& text, const std::string& sentence)
{
    // Once is enough where two look at the same trouble.
    if (sentence.empty() || text.find(sentence) != std::string::npos) {
        return;
    }
    if (!text.empty()) {
        text += ' ';
    }
    text += sentence;
}

} // namespace

SharingState Server::listening_state() const
{
    if (connected_count() > 0) {
        return SharingState::sharing;
    }
    if (usable_credentials(policy_->sasl, credentials_)->pending && widest_doors().open.empty()) {
        return SharingState::starting;
    }
    return somebody_could_connect() ? SharingState::listening : SharingState::failed;
}

ServerStatus Server::status() const
{
    ServerStatus status;
    if (tls_) {
        status.tls_fingerprint = tls_->fingerprint();
    }
    const auto& listed = policy_->security_types;
    if (ra2_key_ && std::ranges::find(listed, SecurityWord::ra2_256) != listed.end()) {
        status.rsa_fingerprint = ra2_key_->fingerprint();
    }
    if (!policy_->enabled) {
        status.state = SharingState::disabled;
    } else if (listener_) {
        status.state = listening_state();
        status.endpoints = endpoints_;
        for (const auto& complaint : listener_->complaints()) {
            append_sentence(status.reason, complaint);
        }
    } else {
        status.state = listen_failure_.empty() ? SharingState::starting : SharingState::failed;
        append_sentence(status.reason, listen_failure_);
    }
    if (policy_->enabled) {
        if (std::ranges::any_of(policy_->security_types, needs_certificate)) {
            append_sentence(status.reason, tls_complaint_);
        }
        const Doors doors = widest_doors();
        for (const auto& missing : doors.missing) {
            append_sentence(status.reason, missing);
        }
        append_sentence(status.reason, screen_.withheld());
        append_sentence(status.reason, screen_.status().reason);
        append_sentence(status.reason, desk_trouble_);
        for (const auto& warning : doors.warnings) {
            append_sentence(status.reason, warning);
        }
    }
    for (const auto& complaint : policy_->complaints) {
        append_sentence(status.reason, complaint);
    }
    return status;
}

std::vector<ClientInfo> Server::clients() const
{
    std::vector<ClientInfo> all;
    for (const auto& [number, client] : clients_) {
        all.push_back(client->info());
    }
    return all;
}

void Server::tell_next_traffic()
{
    for (const auto& [number, client] : clients_) {
        client->tell_next_traffic(
            [this] { tell([](ServerObserver& observer) { observer.on_traffic(); }); });
    }
}

std::optional<ClientInfo> Server::client(unsigned number) const
{
    const auto found = clients_.find(number);
    if (found == clients_.end()) {
        return std::nullopt;
    }
    return found->second->info();
}

void Server::set_observer(ServerObserver* observer) { observer_ = observer; }

void Server::status_may_have_changed()
{
    ServerStatus now = status();
    if (now == told_status_) {
        return;
    }
    if (!now.reason.empty() && now.reason != told_status_.reason) {
        log_warning(now.reason);
    }
    told_status_ = std::move(now);
    tell([](ServerObserver& observer) { observer.on_status_changed(); });
}

void Server::tell(std::function<void(ServerObserver&)> event)
{
    events_.push_back(std::move(event));
    if (event_pump_) {
        return;
    }
    event_pump_ = call_soon([this] {
        event_pump_.reset();
        const auto due = std::exchange(events_, {});
        for (const auto& each : due) {
            if (observer_ != nullptr) {
                each(*observer_);
            }
        }
    });
}

} // namespace gds
