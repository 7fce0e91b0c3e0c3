// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client.h"

#include "base/errors.h"
#include "base/text.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "io/socket_stream.h"
#include "io/tls_stream.h"

#include <ctime>
#include <utility>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr auto k_goodbye_limit = 1s;
constexpr auto k_first_picture_limit = 1500ms;
constexpr std::size_t k_most_damage_rects = 256;

} // namespace

Client::Client(unsigned number, Accepted accepted, PolicyPtr policy, SecuritySetup setup,
               ClientOwner& owner, Screen& screen, Admission& admission, WorkerPool& workers)
    : number_(number), source_(std::move(accepted.source)), journal_(number, accepted.peer),
      access_(std::move(accepted.address)), policy_(std::move(policy)), setup_(std::move(setup)),
      owner_(owner), screen_(screen), admission_(admission), workers_(workers),
      connected_since_(std::time(nullptr)),
      asking_({[this] {
                   damage_ = Rect::of(frame()->size);
                   picture_changed();
               },
               [this](const ConsentAnswer& answer) { take_answer(answer); },
               [this] { disconnect(access_.because()); }})
{
    auto socket = std::make_unique<SocketStream>(std::move(accepted.socket));
    socket_ = socket.get();
    connection_ = std::make_unique<Connection>(std::move(socket), std::move(accepted.peer));
}

Client::~Client()
{
    settle_judgement(false);
    admission_.leave(number_);
    if (watching_) {
        screen_.remove(*this);
    }
}

void Client::start()
{
    auto life = live();
    tasks_.spawn(std::move(life), [this](std::exception_ptr) { owner_.on_ended(number_); });
}

Task<> Client::live()
{
    journal_.opened();
    std::exception_ptr failure;
    try {
        co_await serve();
    } catch (...) {
        failure = std::current_exception();
    }
    log_end(failure);
    session_.reset();
    co_await part();
}

Task<> Client::part()
{
    try {
        auto goodbye = say_goodbye();
        co_await with_timeout(std::move(goodbye), k_goodbye_limit);
    } catch (const std::exception&) {
        // The peer is gone already: nobody is left to be told.
    }
}

Task<> Client::serve()
{
    auto shake = security_handshake(*connection_, setup_, *this, workers_);
    std::exception_ptr failure;
    std::optional<Authenticated> who;
    try {
        who = co_await with_timeout(std::move(shake), policy_->login_timeout);
    } catch (...) {
        failure = std::current_exception();
    }
    settle_judgement(false); // unless it is by now
    if (failure) {
        std::rethrow_exception(failure);
    }
    admission_.leave(number_);
    if (!owner_.has_room()) {
        throw ProtocolError{"the limit of clients is reached"};
    }

    stage_ = "session";
    SessionHost& host = *this;
    session_ = std::make_unique<Session>(*connection_, std::move(*who), host, workers_);
    look_up_later();
    if (owner_.may_log_session(source_)) {
        journal_.logged_in(rights());
    }
    owner_.on_changed(number_);
    co_await session_->run();
}

Task<> Client::say_goodbye()
{
    auto* tls = dynamic_cast<TlsStream*>(&connection_->stream());
    if (tls != nullptr) {
        co_await tls->bye();
    }
    socket_->shutdown_write();
}

void Client::settle_judgement(bool wrong)
{
    if (!std::exchange(judging_, false)) {
        return;
    }
    if (wrong) {
        admission_.judged_wrong(source_, std::chrono::steady_clock::now());
    } else {
        admission_.not_judged(source_);
    }
}

Task<> Client::first_picture()
{
    auto wait = picture_or_card();
    try {
        co_await with_timeout(std::move(wait), k_first_picture_limit);
    } catch (const TimedOut&) {
        // The card it is; what comes later is a change of size.
    }
}

Task<> Client::picture_or_card()
{
    while (!asking_.card() && !screen_.live() && screen_.may_come_soon()) {
        co_await picture_came_.wait();
    }
}

void Client::on_stage(const char* stage) { stage_ = stage; }

bool Client::may_judge()
{
    judging_ = judging_ || admission_.begin_judging(source_, std::chrono::steady_clock::now());
    return judging_;
}

void Client::log_end(std::exception_ptr failure) const
{
    if (session_ ? !owner_.may_log_session(source_) : !owner_.may_log(source_)) {
        return;
    }
    std::string why = end_reason_.empty() ? "left" : end_reason_;
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const std::exception& error) {
        why = printable(error.what());
    }
    if (session_) {
        journal_.ended(why, {socket_->bytes_sent(), socket_->bytes_received()});
    } else {
        journal_.refused(stage_, why);
    }
}

void Client::disconnect(const std::string& reason)
{
    if (std::exchange(disconnecting_, true)) {
        return;
    }
    end_reason_ = reason.empty() ? "disconnected at the desk" : reason;
    asking_.withdraw();
    tasks_.cancel_soon([this] {
        log_end(nullptr);
        session_.reset();
        auto goodbye = part();
        tasks_.spawn(std::move(goodbye), [this](std::exception_ptr) { owner_.on_ended(number_); });
    });
}

Task<std::string> Client::refusal_of(const Authenticated& who)
{
    journal_.set_identity(printable(who.user()), in_a_sentence(who.identity()),
                          who.security_type());
    access_.set_identity(who.identity());
    access_.judge(*policy_, certificate_holds());
    // His secret was right: a directory that hangs costs those who come from there nothing.
    settle_judgement(false);
    if (access_.groups_missing()) {
        admission_.leave(number_);
        co_await find_out_groups();
    }
    if (access_.asks()) {
        auto obstacle = co_await obstacle_to_asking();
        if (!obstacle.empty()) {
            access_.refuse(std::move(obstacle));
        }
    }
    if (!access_.refusal().empty()) {
        journal_.judged("is refused", access_.because());
    }
    co_return access_.refusal();
}

Task<std::string> Client::obstacle_to_asking()
{
    if (owner_.consent() == nullptr) {
        co_return _("Somebody at the desk would have to agree, and nobody can be asked now.");
    }
    co_return co_await owner_.consent()->obstacle(source_);
}

void Client::begin_asking()
{
    journal_.asked();
    const auto& who = session_->who();
    asking_.begin(*owner_.consent(),
                  {printable(who.user()), source_, connection_->peer(), who.security_type(),
                   access_.wants_control()},
                  policy_->ask_timeout, screen_.frame()->size);
    owner_.on_changed(number_);
}

void Client::take_answer(const ConsentAnswer& answer)
{
    if (answer.verdict == ConsentAnswer::Verdict::refused) {
        access_.refuse(answer.reason);
        journal_.answered(answer.reason);
        asking_.show_refusal(answer.reason, policy_->refusal_shown);
        return;
    }
    const bool control = answer.verdict == ConsentAnswer::Verdict::control;
    journal_.answered(control ? "allowed" : "allowed to look");
    access_.agree(control);
    access_.judge(*policy_, certificate_holds());
    take_verdict();
}

// Only now: the person at the desk is not asked for the screen for the sake of a connection that
// says nothing, or that he does not want.
void Client::enter()
{
    asking_.end();
    watching_ = true;
    screen_.add(*this);
    damage_ = Rect::of(screen_.frame()->size);
    picture_changed();
    cover_or_show();
    // Who may only look ends nobody's session.
    if (exclusive_ && !looks_only()) {
        owner_.on_exclusive(number_);
    }
}

// Until a judgement turns on nothing that is still to be asked; until then the strictest holds that
// there may be. The policy may change meanwhile; what counts is that of the end.
Task<> Client::find_out_groups()
{
    looking_up_ = true;
    look_up_again_.reset();
    access_.ask_anew();
    auto question = access_.to_be_asked();
    while (!question.account.empty()) {
        const auto answer = co_await owner_.groups_of(question);
        access_.learn(question, answer);
        judge_anew();
        question = access_.to_be_asked();
    }
    looking_up_ = false;
}

void Client::judge_anew()
{
    const bool looked_only = looks_only();
    access_.judge(*policy_, certificate_holds());
    cover_or_show();
    if (looked_only != looks_only()) {
        rights_changed();
    }
}

// Who may turn out to be let in is not thrown out yet, and sees nothing.
void Client::cover_or_show()
{
    const bool covered = watching_ && (!access_.refusal().empty() || access_.asks());
    if (covered != (cover_ != nullptr)) {
        cover_ = covered ? screen_.cover() : nullptr;
        on_picture(Rect::of(frame()->size));
        on_cursor();
    }
}

void Client::apply(PolicyPtr policy)
{
    const bool looked_only = looks_only();
    const PolicyPtr before = std::exchange(policy_, std::move(policy));
    if (before->access != policy_->access || before->tls != policy_->tls ||
        before->ask_always != policy_->ask_always) {
        reconsider();
    }
    if (before->view_only != policy_->view_only && looked_only != looks_only()) {
        rights_changed();
    }
}

void Client::reconsider()
{
    if (!access_.judged()) {
        return; // he will be, by what holds then
    }
    judge_anew();
    if (looking_up_) {
        return; // goes on with this judgement
    }
    if (!access_.groups_missing()) {
        take_verdict();
        return;
    }
    auto finding_out = find_out_groups();
    tasks_.spawn(std::move(finding_out), [this](std::exception_ptr failure) {
        if (failure) {
            disconnect("whether he may stay cannot be found out");
        } else if (!looking_up_) { // again
            take_verdict();
        }
    });
}

bool Client::certificate_holds() const
{
    const auto* const tls = dynamic_cast<const TlsStream*>(&connection_->stream());
    const auto credentials = owner_.tls_credentials();
    return tls == nullptr || credentials == nullptr || tls->peer_holds(*credentials);
}

void Client::take_verdict()
{
    if (!access_.refusal().empty()) {
        journal_.judged("is not let in any more", access_.because());
        disconnect("the access rules do not let this client in any more");
    } else if (access_.asks() && watching_) {
        journal_.judged("has to be asked for now", access_.because());
        disconnect("the person at the desk has to be asked for this client now");
    } else if (!access_.asks() && asking_.card()) {
        enter();
        rights_changed();
    }
    look_up_later();
}

// A directory that was away may be back.
void Client::look_up_later()
{
    look_up_again_.reset();
    if (session_ && access_.groups_missing()) {
        look_up_again_ = call_after(owner_.groups_again(), [this] { reconsider(); });
    }
}

bool Client::looks_only() const
{
    return policy_->view_only || view_only_ || (access_.judged() && !access_.may_control());
}

bool Client::set_view_only(bool view_only)
{
    if (!view_only && (policy_->view_only || (access_.judged() && !access_.may_control()))) {
        return false;
    }
    if (view_only_ != view_only) {
        view_only_ = view_only;
        rights_changed();
    }
    return true;
}

void Client::rights_changed()
{
    input_changed();
    if (session_) {
        journal_.rights_changed(rights());
    }
    owner_.on_changed(number_);
}

void Client::input_changed()
{
    if (session_) {
        session_->rights_changed();
    }
}

void Client::name_changed()
{
    if (session_) {
        session_->name_changed();
    }
}

ClientInfo Client::info() const
{
    ClientInfo info;
    info.number = number_;
    info.address = connection_->peer();
    info.connected_since = connected_since_;
    info.view_only = looks_only();
    info.bytes_sent = socket_->bytes_sent();
    info.bytes_received = socket_->bytes_received();
    info.round_trip_time = socket_->round_trip_time();
    if (session_) {
        const auto& who = session_->who();
        info.state = access_.asks() || asking_.card() ? "asking" : "connected";
        info.user = who.user();
        info.security_type = who.security_type();
        info.mechanism = who.mechanism();
        info.ssf = who.ssf();
        info.encoding = session_->statistics().encoding;
        info.frames_sent = session_->statistics().frames_sent;
    }
    return info;
}

Region Client::take_damage()
{
    Region damage = std::exchange(damage_, Region{});
    damage.intersect(Rect::of(frame()->size));
    return damage;
}

FramePtr Client::frame() const
{
    if (asking_.card()) {
        return asking_.card();
    }
    return cover_ ? cover_ : screen_.frame();
}

const Cursor& Client::cursor() const
{
    return asking_.card() || cover_ ? no_cursor_ : screen_.cursor();
}

bool Client::may_control() const { return !asking_.card() && !looks_only() && screen_.live(); }

void Client::on_client_init(bool exclusive)
{
    exclusive_ = exclusive;
    if (access_.asks()) {
        begin_asking();
    } else {
        enter();
    }
}

void Client::on_picture(const Region& damage)
{
    damage_.add(damage);
    damage_.simplify(k_most_damage_rects);
    picture_changed();
}

void Client::picture_changed()
{
    picture_came_.set();
    if (session_) {
        session_->picture_changed();
    }
}

void Client::on_cursor()
{
    if (session_) {
        session_->cursor_changed();
    }
}

} // namespace gds
