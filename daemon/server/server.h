// SPDX-License-Identifier: GPL-2.0-or-later
// Server: listens as the policy says, admits clients and joins them with the screen. Owned by main;
// main thread. Everything that it goes by comes in as values: policy, credentials, certificate.
#pragma once

#include "base/task_scope.h"
#include "base/wakeup.h"
#include "io/listener.h"
#include "server/admission.h"
#include "server/client.h"
#include "server/doors.h"
#include "server/group_lookup.h"
#include "server/log_budget.h"
#include "server/policy.h"
#include "server/proxied_arrivals.h"
#include "server/screen.h"
#include "server/server_control.h"
#include "server/shared_clipboard.h"
#include "server/viewer_calls.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace gds {

class Server final : public ServerControl, private ClientOwner {
public:
    Server(ScreenCapture& capture, WorkerPool& workers, std::string desktop_name,
           GroupLookup group_lookup = GroupLookup{});
    ~Server() override;

    // What differs from the policy before takes effect now; what still holds is not touched.
    void apply(PolicyPtr policy);
    void set_credentials(CredentialsPtr credentials);
    // `tls` may be null; then `complaint` says why, which matters where a listed type needs it.
    void set_tls(TlsCredentialsPtr tls, std::string complaint);

    // For ra2-256. `key` may be null; then `complaint` says why, which matters where it is listed.
    void set_ra2_key(Ra2KeyPtr key, std::string complaint);
    // What went wrong in the session at the desk for our sake; empty: nothing.
    void set_desk_trouble(std::string trouble);
    // Why nobody may see or touch the desktop now, as a sentence; empty: nothing is in the way.
    void withhold_screen(std::string why) { screen_.withhold(std::move(why)); }
    // Outlives the server.
    void set_consent(Consent& consent) { consent_ = &consent; }

    // What to listen on instead of what the policy says; outlives the server. Before apply().
    void set_passed_sockets(const PassedSockets& passed);

    // Stops listening, tells every client, and returns when they are gone or the time is up.
    Task<> shut_down();

    ServerStatus status() const override;
    std::vector<ClientInfo> clients() const override;
    std::optional<ClientInfo> client(unsigned number) const override;
    void tell_next_traffic() override;
    bool disconnect(unsigned number, const std::string& reason) override;
    void disconnect_all(const std::string& reason) override;
    bool set_view_only(unsigned number, bool view_only) override;
    unsigned call_viewer(ViewerCall call, OnCallAnswer answer) override;
    void cancel_call(unsigned number, const std::string& why) override;
    void set_observer(ServerObserver* observer) override;

private:
    static constexpr std::chrono::milliseconds k_first_retry{1000}; // to listen

    // ClientOwner
    bool has_room() const override;
    bool may_wait(const std::string& source) const override;
    bool may_log(const std::string& source) override;
    bool may_log_session(const std::string& source) override;
    std::string desktop_name() const override { return desktop_name_; }
    Task<AccountGroups> groups_of(GroupQuestion question) override;
    std::chrono::milliseconds groups_again() const override { return group_lookup_.again(); }
    TlsCredentialsPtr tls_credentials() const override { return tls_; }
    Consent* consent() const override { return consent_; }
    void on_exclusive(unsigned number) override;
    void on_changed(unsigned number) override;
    void on_ended(unsigned number) override;

    void listen();
    void start_accepting();
    void stop_listening();
    Task<> accept_clients();
    void turn_away_clients();
    Task<> take_to_close();
    Task<> last_client_gone();
    void arrive(Accepted accepted);
    void admit(Accepted accepted);
    unsigned take_in(unsigned number, Arrival arrival);
    // Throws CallError.
    unsigned take_in_called(Arrival arrival);
    void look_at_listener();
    SocksProtection expect_callable() const;
    // For programs of our own user on a unix socket, or for all others.
    Doors doors(bool for_own_user) const;
    // The widest that somebody finds where we listen now.
    Doors widest_doors() const;
    SecuritySetup security_setup(bool for_own_user) const;
    std::size_t connected_count() const;
    bool somebody_could_connect() const;
    SharingState listening_state() const;
    void disconnect_surplus();
    void on_screen_status();
    void status_may_have_changed();
    void tell(std::function<void(ServerObserver&)> event);

    WorkerPool& workers_;
    SharedPictures pictures_;
    const std::string desktop_name_;
    PolicyPtr policy_ = std::make_shared<const Policy>();
    CredentialsPtr credentials_;
    TlsCredentialsPtr tls_;
    TlsCredentialsPtr anonymous_tls_; // made when a listed type needs it
    Ra2KeyPtr ra2_key_;
    std::string ra2_complaint_;
    std::string tls_complaint_;
    std::string desk_trouble_;
    Screen screen_;
    SharedClipboard clipboard_;
    Admission admission_;
    LogBudget log_budget_;
    LogBudget session_log_budget_{3 * LogBudget::k_lines};
    GroupLookup group_lookup_;
    Consent* consent_ = nullptr;

    ServerObserver* observer_ = nullptr;
    std::deque<std::function<void(ServerObserver&)>> events_;
    Source event_pump_;
    ServerStatus told_status_;

    const PassedSockets* passed_ = nullptr;
    ListenRequest listening_for_;
    std::unique_ptr<Listener> listener_;
    std::vector<std::string> endpoints_;
    Source listener_check_;
    std::string listen_failure_;
    std::chrono::milliseconds retry_after_{};
    Source retry_;

    ProxiedArrivals proxied_;
    ViewerCalls calls_;
    unsigned last_number_ = 0;
    std::map<unsigned, std::unique_ptr<Client>> clients_;
    Wakeup client_gone_;
    Wakeup credentials_came_;
    std::unique_ptr<TaskScope> accepting_; // waits on listener_
};

} // namespace gds
