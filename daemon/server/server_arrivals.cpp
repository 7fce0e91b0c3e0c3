// SPDX-License-Identifier: GPL-2.0-or-later
// How clients come to the server: it listens, and it calls them.
#include "server/server.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds k_longest_retry = 30s;
// Addresses and interfaces come and go.
constexpr std::chrono::milliseconds k_listener_check = 30s;

} // namespace

void Server::listen()
{
    stop_listening();
    try {
        listener_ = passed_ != nullptr ? std::make_unique<Listener>(*passed_)
                                       : std::make_unique<Listener>(listening_for_);
    } catch (const std::runtime_error& error) {
        listen_failure_ = error.what();
        retry_ = call_after(retry_after_, [this] {
            listen();
            status_may_have_changed();
        });
        retry_after_ = std::min(retry_after_ * 2, k_longest_retry);
        return;
    }
    retry_after_ = k_first_retry;
    listener_check_ = call_every(k_listener_check, [this] { look_at_listener(); });
    start_accepting();
}

void Server::start_accepting()
{
    const auto before = std::exchange(endpoints_, listener_->endpoints());
    for (const auto& endpoint : endpoints_) {
        if (std::ranges::count(before, endpoint) == 0) {
            log_info("listening on " + endpoint);
        }
    }
    auto accepting = accept_clients();
    accepting_ = std::make_unique<TaskScope>();
    accepting_->spawn(std::move(accepting));
}

// What could not be listened on may be there now; the list of endpoints follows the addresses.
void Server::look_at_listener()
{
    if (passed_ == nullptr && (!listener_->complaints().empty() || listener_->outdated())) {
        accepting_.reset();
        try {
            listener_->renew();
            start_accepting();
        } catch (const std::runtime_error&) {
            listen(); // it may be tried again soon
        }
    } else {
        endpoints_ = listener_->endpoints();
    }
    status_may_have_changed();
}

void Server::stop_listening()
{
    retry_.reset();
    listener_check_.reset();
    endpoints_.clear();
    listen_failure_.clear();
    accepting_.reset();
    listener_.reset();
}

void Server::set_passed_sockets(const PassedSockets& passed)
{
    passed_ = passed.any ? &passed : nullptr;
}

// What the service manager listens on stays open. Who comes is not left waiting, nor is the service
// manager, which would start us again for him.
void Server::turn_away_clients()
{
    stop_listening();
    if (passed_ == nullptr || passed_->sockets.empty()) {
        return;
    }
    try {
        listener_ = std::make_unique<Listener>(*passed_);
    } catch (const std::runtime_error& error) {
        log_warning(std::string{"who connects has to wait: "} + error.what());
        return;
    }
    auto taking = take_to_close();
    accepting_ = std::make_unique<TaskScope>();
    accepting_->spawn(std::move(taking));
}

Task<> Server::take_to_close()
{
    while (true) {
        auto accepted = co_await listener_->accept();
        accepted.socket.reset();
    }
}

Task<> Server::accept_clients()
{
    // Whoever we were started for came before the passwords were read.
    while (passed_ != nullptr && listening_state() == SharingState::starting) {
        co_await credentials_came_.wait();
    }
    while (true) {
        auto accepted = co_await listener_->accept();
        try {
            arrive(std::move(accepted));
        } catch (const std::exception& error) {
            log_warning(std::string{"a connection could not be taken: "} + error.what());
        }
    }
}

void Server::arrive(Accepted accepted)
{
    if (proxied_.expects_header(accepted)) {
        proxied_.take(std::move(accepted));
    } else {
        admit(std::move(accepted));
    }
}

void Server::admit(Accepted accepted)
{
    const unsigned number = ++last_number_;
    const auto verdict =
        admission_.enter(number, accepted.source, std::chrono::steady_clock::now());
    if (!verdict.accepted) {
        if (may_log(accepted.source)) {
            journal_turned_away(number, accepted.peer, verdict.reason);
        }
        return;
    }
    for (const auto victim : verdict.dropped) {
        disconnect(static_cast<unsigned>(victim), "too many connections that do not log in");
    }
    take_in(number, arrival_of(std::move(accepted)));
}

unsigned Server::take_in(unsigned number, Arrival arrival)
{
    ClientOwner& owner = *this;
    auto setup = security_setup(arrival.of_own_user);
    auto client =
        std::make_unique<Client>(number, std::move(arrival), policy_, std::move(setup), owner,
                                 screen_, admission_, workers_, pictures_, clipboard_);
    Client& started = *client;
    clients_.emplace(number, std::move(client));
    tell([info = started.info()](ServerObserver& observer) { observer.on_client_added(info); });
    started.start();
    return number;
}

unsigned Server::take_in_called(Arrival arrival)
{
    const unsigned number = ++last_number_;
    const auto verdict =
        admission_.enter_called(number, arrival.source, std::chrono::steady_clock::now());
    if (!verdict.accepted) {
        throw CallError{CallFailure::no_room, verdict.reason};
    }
    return take_in(number, std::move(arrival));
}

unsigned Server::call_viewer(ViewerCall call, OnCallAnswer answer)
{
    return calls_.start(std::move(call), std::move(answer));
}

void Server::cancel_call(unsigned number, const std::string& why)
{
    calls_.cancel(number, CallError{CallFailure::cancelled, why});
}

SocksProtection Server::expect_callable() const
{
    if (!policy_->enabled) {
        throw CallError{CallFailure::not_shared, "the desktop is not shared"};
    }
    if (!has_room()) {
        throw CallError{CallFailure::no_room, "the limit of clients is reached"};
    }
    return std::ranges::all_of(policy_->security_types, needs_certificate)
               ? SocksProtection::integrity
               : SocksProtection::confidentiality;
}

} // namespace gds
