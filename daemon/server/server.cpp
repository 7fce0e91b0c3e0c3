// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/server.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "io/tls_anonymous.h"

#include <algorithm>
#include <utility>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds k_shut_down_limit = 1500ms;
constexpr std::size_t k_most_waiting = 8; // for the person at the desk

CredentialsPtr nobody()
{
    auto credentials = std::make_shared<Credentials>();
    credentials->unavailable = _("The passwords are still being read from the keyring.");
    credentials->vnc_unavailable = credentials->unavailable;
    credentials->pending = true;
    return credentials;
}

bool spend_record(LogBudget& budget, const std::string& source)
{
    const auto verdict = budget.judge(source, std::chrono::steady_clock::now());
    if (verdict == LogBudget::Verdict::first_left_out) {
        journal_left_out(source);
    }
    return verdict == LogBudget::Verdict::write;
}

} // namespace

Server::Server(ScreenCapture& capture, WorkerPool& workers, std::string desktop_name,
               GroupLookup group_lookup)
    : workers_(workers), pictures_(workers), desktop_name_(std::move(desktop_name)),
      credentials_(nobody()), screen_(capture, [this] { on_screen_status(); }),
      clipboard_(capture.clipboard(), workers), group_lookup_(std::move(group_lookup)),
      proxied_([this](Accepted accepted) { admit(std::move(accepted)); },
               [this](const std::string& peer, const std::string& source, const std::string& why) {
                   if (may_log(source)) {
                       journal_turned_away(++last_number_, peer, why);
                   }
               }),
      calls_(
          workers, [this] { return expect_callable(); },
          [this](Arrival arrival) { return take_in_called(std::move(arrival)); })
{}

Server::~Server()
{
    stop_listening();
    clients_.clear();
}

void Server::apply(PolicyPtr policy)
{
    const PolicyPtr before = std::exchange(policy_, std::move(policy));
    if (!anonymous_tls_ && std::ranges::any_of(policy_->security_types, needs_anonymous_tls)) {
        anonymous_tls_ = make_anonymous_tls_credentials();
    }
    if (before->capture != policy_->capture) {
        screen_.set_way(policy_->capture);
    }
    if (before->monitors != policy_->monitors) {
        screen_.set_monitors(policy_->monitors);
    }
    clipboard_.set_limit(policy_->clipboard_limit);
    if ((before->clipboard == ClipboardWays::off) != (policy_->clipboard == ClipboardWays::off)) {
        screen_.set_clipboard_wanted(policy_->clipboard != ClipboardWays::off);
    }
    const bool other_doors =
        before->security_types != policy_->security_types || before->sasl != policy_->sasl;
    for (auto& [number, client] : clients_) {
        client->apply(policy_);
        if (other_doors && !client->connected()) {
            // Who is logging in goes by the doors of before.
            client->disconnect("the ways to log in were changed meanwhile");
        } else if (client->connected() &&
                   !std::ranges::count(policy_->security_types, client->security_word())) {
            client->disconnect("came in by a security type that is not allowed any more");
        }
    }
    proxied_.trust(policy_->proxies);
    if (policy_->enabled) {
        const ListenRequest wanted{policy_->listen_addresses, policy_->port,
                                   policy_->negotiate_port};
        if (!(listener_ || retry_) || !before->enabled ||
            (passed_ == nullptr && wanted != listening_for_)) {
            listening_for_ = wanted;
            retry_after_ = k_first_retry;
            listen();
        }
        disconnect_surplus();
    } else {
        if (before->enabled || !listener_) {
            turn_away_clients();
        }
        if (before->enabled) {
            proxied_.drop_all();
            calls_.cancel_all(CallError{CallFailure::not_shared, "sharing was switched off"});
            disconnect_all("sharing was switched off");
            screen_.stop();
        }
    }
    status_may_have_changed();
}

void Server::set_credentials(CredentialsPtr credentials)
{
    const CredentialsPtr before = std::exchange(credentials_, std::move(credentials));
    credentials_came_.set();
    const bool some_ended = std::ranges::any_of(before->users, [this](const auto& entry) {
        const auto now = credentials_->users.find(entry.first);
        return now == credentials_->users.end() || now->second != entry.second;
    });
    const bool other_vnc_password =
        before->vnc_password && !same_secret(before->vnc_password, credentials_->vnc_password);
    if (some_ended || other_vnc_password) {
        // Who is logging in goes by the passwords of before.
        for (auto& [number, client] : clients_) {
            if (!client->connected()) {
                client->disconnect("the passwords were changed meanwhile");
            }
        }
    }
    status_may_have_changed();
}

void Server::set_tls(TlsCredentialsPtr tls, std::string complaint)
{
    tls_ = std::move(tls);
    tls_complaint_ = std::move(complaint);
    for (auto& [number, client] : clients_) {
        client->reconsider(); // his certificate may be revoked now
    }
    status_may_have_changed();
}

void Server::set_ra2_key(Ra2KeyPtr key, std::string complaint)
{
    ra2_key_ = std::move(key);
    ra2_complaint_ = std::move(complaint);
    status_may_have_changed();
}

void Server::set_desk_trouble(std::string trouble)
{
    desk_trouble_ = std::move(trouble);
    status_may_have_changed();
}

Doors Server::doors(bool for_own_user) const
{
    const OwnKeys keys{tls_ && tls_->refusal().empty(), ra2_key_ != nullptr, ra2_complaint_};
    const auto credentials = usable_credentials(policy_->sasl, credentials_);
    auto sasl = sasl_ability(policy_->sasl, *credentials);
    sasl.own_user = sasl.own_user && for_own_user;
    auto doors = look_at_doors(policy_->security_types, *credentials, keys, sasl);
    if (policy_->tls.client_certificates == ClientCertificates::require) {
        close_without_certificate(doors, policy_->security_types);
    }
    return doors;
}

Doors Server::widest_doors() const
{
    return doors(std::ranges::any_of(
        endpoints_, [](const std::string& each) { return each.starts_with("unix:"); }));
}

SecuritySetup Server::security_setup(bool for_own_user) const
{
    SecuritySetup setup;
    setup.offer = doors(for_own_user).open;
    setup.tls = tls_;
    setup.anonymous_tls = anonymous_tls_;
    setup.ra2_key = ra2_key_;
    setup.credentials = usable_credentials(policy_->sasl, credentials_);
    setup.sasl = policy_->sasl;
    setup.peer_is_own_user = for_own_user;
    if (!has_room()) {
        setup.refuse_with = _("Too many viewers are connected.");
    } else if (!setup.offer.empty()) {
        return setup;
    } else if (!tls_ && std::ranges::any_of(policy_->security_types, needs_certificate)) {
        setup.refuse_with = _("This desktop has no usable certificate.");
    } else if (tls_ && !tls_->refusal().empty()) {
        setup.refuse_with = tls_->refusal();
    } else if (!policy_->security_types.empty()) {
        // Said here, every viewer shows it: SCRAM clients fail before they read a later reason.
        setup.refuse_with = _("Nobody can log in to this desktop by password now.");
    }
    return setup;
}

std::size_t Server::connected_count() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        clients_, [](auto& entry) { return entry.second->connected() && !entry.second->waits(); }));
}

bool Server::somebody_could_connect() const
{
    return !widest_doors().open.empty() && policy_->max_clients > 0;
}

bool Server::has_room() const
{
    return policy_->enabled && connected_count() < policy_->max_clients;
}

bool Server::may_wait(const std::string& source) const
{
    std::size_t waiting = 0;
    std::size_t from_there = 0;
    for (const auto& [number, client] : clients_) {
        waiting += client->waits() ? 1 : 0;
        from_there += client->waits() && client->source() == source ? 1 : 0;
    }
    return from_there <= 1 && waiting <= k_most_waiting; // he himself is one
}

bool Server::may_log(const std::string& source) { return spend_record(log_budget_, source); }

bool Server::may_log_session(const std::string& source)
{
    return spend_record(session_log_budget_, source);
}

void Server::disconnect_surplus()
{
    auto surplus = static_cast<std::ptrdiff_t>(connected_count()) -
                   static_cast<std::ptrdiff_t>(policy_->max_clients);
    for (auto entry = clients_.rbegin(); entry != clients_.rend() && surplus > 0; ++entry) {
        if (entry->second->connected() && !entry->second->waits()) {
            entry->second->disconnect("the limit of clients was lowered");
            --surplus;
        }
    }
}

Task<AccountGroups> Server::groups_of(GroupQuestion question)
{
    return group_lookup_.ask(workers_, std::move(question));
}

void Server::on_exclusive(unsigned number)
{
    for (auto& [other, client] : clients_) {
        if (other != number && client->connected()) {
            client->disconnect("another client asked for exclusive access");
        }
    }
}

void Server::on_changed(unsigned number)
{
    const auto found = clients_.find(number);
    if (found == clients_.end()) {
        return;
    }
    tell([info = found->second->info()](ServerObserver& observer) {
        observer.on_client_changed(info);
    });
    status_may_have_changed();
}

void Server::on_ended(unsigned number)
{
    if (clients_.erase(number) == 0) {
        return;
    }
    tell([number](ServerObserver& observer) { observer.on_client_removed(number); });
    client_gone_.set();
    status_may_have_changed();
}

void Server::on_screen_status()
{
    if (!screen_.live()) {
        for (auto& [number, client] : clients_) {
            client->input_changed();
        }
    }
    for (auto& [number, client] : clients_) {
        client->clipboard_may_have_changed();
    }
    status_may_have_changed();
}

Task<> Server::last_client_gone()
{
    while (!clients_.empty()) {
        co_await client_gone_.wait();
    }
}

Task<> Server::shut_down()
{
    stop_listening();
    disconnect_all("the server is stopping");
    auto wait = last_client_gone();
    try {
        co_await with_timeout(std::move(wait), k_shut_down_limit);
    } catch (const TimedOut&) {
        log_warning("not every client could be told that the server stops");
    }
    screen_.stop();
}

bool Server::disconnect(unsigned number, const std::string& reason)
{
    const auto found = clients_.find(number);
    if (found == clients_.end()) {
        return false;
    }
    found->second->disconnect(reason);
    return true;
}

void Server::disconnect_all(const std::string& reason)
{
    calls_.cancel_all(CallError{CallFailure::cancelled, reason});
    for (auto& [number, client] : clients_) {
        client->disconnect(reason);
    }
}

bool Server::set_view_only(unsigned number, bool view_only)
{
    const auto found = clients_.find(number);
    return found != clients_.end() && found->second->set_view_only(view_only);
}

} // namespace gds
