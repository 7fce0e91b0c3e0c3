// SPDX-License-Identifier: GPL-2.0-or-later
// Client: one connection from accept to end: its stream stack, handshake, session and status. Owned
// by the server's client list; ends itself by calling ClientOwner::on_ended() from idle. Main
// thread.
#pragma once

#include "base/source.h"
#include "base/task_scope.h"
#include "base/wakeup.h"
#include "rfb/security_handshake.h"
#include "rfb/session.h"
#include "rfb/session_host.h"
#include "server/admission.h"
#include "server/arrival.h"
#include "server/asking.h"
#include "server/client_access.h"
#include "server/client_info.h"
#include "server/client_journal.h"
#include "server/idle_watch.h"
#include "server/policy.h"
#include "server/screen.h"
#include "server/shared_clipboard.h"

#include <memory>
#include <string>

namespace gds {

class ClientOwner {
public:
    virtual ~ClientOwner() = default;
    // May another client be shown the desktop now? Asked when this one has authenticated.
    virtual bool has_room() const = 0;
    // May the person at the desk be asked about one more from there, beside those that are waiting?
    virtual bool may_wait(const std::string& source) const = 0;
    // May one more record be spent on a stranger from there? On somebody who logged in?
    virtual bool may_log(const std::string& source) = 0;
    virtual bool may_log_session(const std::string& source) = 0;
    virtual std::string desktop_name() const = 0;
    // Nothing is known of those that cannot be found out; they are worth another question later.
    virtual Task<AccountGroups> groups_of(GroupQuestion question) = 0;
    virtual std::chrono::milliseconds groups_again() const = 0;
    // May be null.
    virtual TlsCredentialsPtr tls_credentials() const = 0;
    // Null: nobody can be asked.
    virtual Consent* consent() const = 0;
    virtual void on_exclusive(unsigned number) = 0;
    virtual void on_changed(unsigned number) = 0;
    // Last call; the owner drops the client before it returns to the main loop.
    virtual void on_ended(unsigned number) = 0;
};

class Client final : private SessionHost,
                     private SecurityObserver,
                     private ScreenViewer,
                     private ClipboardPeer {
public:
    Client(unsigned number, Arrival arrival, PolicyPtr policy, SecuritySetup setup,
           ClientOwner& owner, Screen& screen, Admission& admission, WorkerPool& workers,
           SharedPictures& pictures, SharedClipboard& clipboard);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void start();
    // Ends it from idle; `reason` goes to the journal.
    void disconnect(const std::string& reason);

    // A running client takes the new policy here, and only here.
    void apply(PolicyPtr policy);
    // The rules or what certificates are checked by have changed.
    void reconsider();
    // False where the policy lets him, or anybody, not control.
    bool set_view_only(bool view_only);
    // The input door opened or closed (the desktop came or went).
    void input_changed();
    void name_changed();
    // So did the desktop, or what stands in its way.
    void clipboard_may_have_changed() { on_clipboard_open_changed(); }

    unsigned number() const { return number_; }
    bool connected() const { return session_ != nullptr; }
    // The person at the desk has to agree, or has not: he takes nobody's place yet.
    bool waits() const { return access_.asks() || asking_.card(); }
    const std::string& source() const { return source_; }
    // Of a connected one.
    SecurityWord security_word() const { return session_->who().security_word(); }
    ClientInfo info() const;
    void tell_next_traffic(std::function<void()> once);

private:
    Task<> live();
    Task<> serve();
    Task<> part();
    Task<> say_goodbye();
    Task<> picture_or_card();
    Task<> find_out_groups();
    void take_verdict();
    Task<std::string> obstacle_to_asking();
    void begin_asking();
    void take_answer(const ConsentAnswer& answer);
    void enter();
    void picture_changed();
    void judge_anew();
    void cover_or_show();
    void look_up_later();
    bool certificate_holds() const;
    bool looks_only() const;
    ClientRights rights() const
    {
        return looks_only() ? ClientRights::view : ClientRights::control;
    }
    void rights_changed();
    void settle_judgement(bool wrong);
    void log_end(std::exception_ptr failure) const;

    // SessionHost
    FramePtr frame() const override;
    Region take_damage() override;
    MonitorPlaces monitors() const override;
    SizeAnswer ask_size(Size size) override;
    SizeCause size_cause() const override { return screen_.size_cause(*this); }
    const Cursor& cursor() const override;
    std::optional<LockKeys> lock_keys() const override;
    std::string desktop_name() const override { return owner_.desktop_name(); }
    bool may_control() const override;
    InputSink& input() override { return input_; }
    ClipboardRights clipboard_rights() const override;
    ClipKinds clipboard_kinds() const override { return clipboard_.kinds_for(*this); }
    ClipResultPtr read_clipboard(ClipKind kind) override { return clipboard_.read(kind); }
    void on_viewer_copied(ClipOffer offer) override;
    void on_activity() override { idle_.touch(); }
    void on_client_init(bool exclusive) override;
    Task<> first_picture() override;
    // SecurityObserver
    void on_stage(const char* stage) override;
    bool may_judge() override;
    void on_wrong_secret() override { settle_judgement(true); }
    Task<std::string> refusal_of(const Authenticated& who) override;
    // ScreenViewer
    void on_picture(const Region& damage) override;
    void on_cursor() override;
    void on_lock_keys() override;
    void on_size_failed() override;
    // ClipboardPeer
    void on_clipboard_changed() override;
    void on_clipboard_open_changed() override;
    ClipResultPtr ask_viewer(ClipKind kind) override;

    const unsigned number_;
    const bool of_proxy_itself_;
    const std::chrono::milliseconds more_patience_;
    const std::string source_;
    ClientJournal journal_;
    ClientAccess access_;
    PolicyPtr policy_;
    SecuritySetup setup_;
    ClientOwner& owner_;
    Screen& screen_;
    Admission& admission_;
    WorkerPool& workers_;
    SharedPictures& pictures_;
    SharedClipboard& clipboard_;
    InputDoor input_;
    std::int64_t connected_since_;
    SocketStream* socket_ = nullptr; // the bottom layer of connection_
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Session> session_;
    Region damage_;
    FramePtr cover_; // the picture while it is not known whether he may see any
    const Cursor no_cursor_;
    Wakeup picture_came_;
    const char* stage_ = "version";
    Source login_deadline_; // of one who may come late
    bool judging_ = false; // his secret, so that it counts
    bool looking_up_ = false; // his groups
    Source look_up_again_;
    IdleWatch idle_{[this] { disconnect("was idle for too long"); }};
    bool view_only_;
    bool exclusive_ = false;
    bool watching_ = false;
    bool disconnecting_ = false;
    std::string end_reason_;
    Asking asking_; // what it shows is there instead of the desktop
    TaskScope tasks_; // last: its tasks use everything above
};

} // namespace gds
