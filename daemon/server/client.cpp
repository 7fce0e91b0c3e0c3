// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client.h"

#include "base/errors.h"
#include "base/text.h"
#include "base/timeout.h"
#include "io/tls_stream.h"

#include <ctime>
#include <string_view>
#include <utility>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr auto k_goodbye_limit = 1s;
constexpr auto k_first_picture_limit = 1500ms;
constexpr std::size_t k_most_damage_rects = 256;

bool is_end_of_stream(std::exception_ptr failure)
{
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const EndOfStream&) {
        return true;
    } catch (...) {
        // Whatever else it is.
    }
    return false;
}

} // namespace

Client::Client(unsigned number, Arrival arrival, PolicyPtr policy, SecuritySetup setup,
               ClientOwner& owner, Screen& screen, Admission& admission, WorkerPool& workers,
               SharedPictures& pictures, SharedClipboard& clipboard)
    : number_(number), of_proxy_itself_(arrival.of_proxy_itself),
      more_patience_(arrival.more_patience), source_(std::move(arrival.source)),
      journal_(number, arrival.peer), access_(std::move(arrival.address), arrival.behind_proxy),
      policy_(std::move(policy)), setup_(std::move(setup)), owner_(owner), screen_(screen),
      admission_(admission), workers_(workers), pictures_(pictures), clipboard_(clipboard),
      input_(screen.input(), number), connected_since_(std::time(nullptr)),
      view_only_(arrival.view_only),
      asking_({[this] {
                   damage_ = Rect::of(frame()->size);
                   picture_changed();
               },
               [this](const ConsentAnswer& answer) { take_answer(answer); },
               [this] { disconnect(access_.because()); }})
{
    socket_ = arrival.socket.get();
    connection_ = std::make_unique<Connection>(std::move(arrival.socket), std::move(arrival.peer));
    if (arrival.layer) {
        connection_->push_layer(std::move(arrival.layer));
    }
}

Client::~Client()
{
    settle_judgement(false);
    admission_.leave(number_);
    if (watching_) {
        clipboard_.remove(*this);
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
    asking_.withdraw();
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
    const auto patience = policy_->login_timeout + more_patience_;
    std::exception_ptr failure;
    std::optional<Authenticated> who;
    try {
        who = co_await with_timeout(std::move(shake), patience);
    } catch (...) {
        failure = std::current_exception();
    }
    login_deadline_.reset();
    settle_judgement(false); // unless it is by now
    if (failure) {
        std::rethrow_exception(failure);
    }
    admission_.leave(number_);
    if (!waits() && !owner_.has_room()) {
        throw ProtocolError{"the limit of clients is reached"};
    }

    stage_ = "session";
    SessionHost& host = *this;
    session_ = std::make_unique<Session>(*connection_, std::move(*who), host, pictures_);
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

void Client::on_stage(const char* stage)
{
    stage_ = stage;
    if (more_patience_ > 0ms && !login_deadline_ && std::string_view{stage} != "version") {
        // He has come: it is a login as any other from now on.
        login_deadline_ =
            call_after(policy_->login_timeout, [this] { disconnect(TimedOut{}.what()); });
    }
}

bool Client::may_judge()
{
    judging_ = judging_ || admission_.begin_judging(source_, std::chrono::steady_clock::now());
    return judging_;
}

void Client::log_end(std::exception_ptr failure) const
{
    if (of_proxy_itself_ && socket_->bytes_received() == 0 && is_end_of_stream(failure)) {
        return; // a health check has seen what it wanted to see
    }
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
    input_changed(); // he types no more, from now on
    tasks_.cancel_soon([this] {
        log_end(nullptr);
        session_.reset();
        auto goodbye = part();
        tasks_.spawn(std::move(goodbye), [this](std::exception_ptr) { owner_.on_ended(number_); });
    });
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
    if (!may_control()) {
        input_.forget_waiting();
    }
}

void Client::name_changed()
{
    if (session_) {
        session_->name_changed();
    }
}

void Client::tell_next_traffic(std::function<void()> once)
{
    socket_->tell_next_traffic(std::move(once));
}

ClientInfo Client::info() const
{
    ClientInfo info;
    info.number = number_;
    info.address = connection_->peer();
    info.connected_since = connected_since_;
    info.view_only = looks_only();
    info.last_input = input_.last_input();
    info.bytes_sent = socket_->bytes_sent();
    info.bytes_received = socket_->bytes_received();
    info.round_trip_time = socket_->round_trip_time();
    if (session_) {
        const auto& who = session_->who();
        if (access_.asks() || asking_.card()) {
            info.state = "asking";
        } else if (watching_) {
            info.state = "connected";
        }
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

MonitorPlaces Client::monitors() const
{
    return asking_.card() || cover_ ? MonitorPlaces{} : screen_.monitors();
}

// A desktop for all is not made smaller by who only looks.
SizeAnswer Client::ask_size(Size size)
{
    const bool may = !disconnecting_ && !asking_.card() && !cover_ && !looks_only();
    return may ? screen_.ask_size(*this, size) : SizeAnswer::refused;
}

const Cursor& Client::cursor() const
{
    return asking_.card() || cover_ ? no_cursor_ : screen_.cursor();
}

bool Client::may_control() const
{
    return !disconnecting_ && !asking_.card() && !looks_only() && screen_.live();
}

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

std::optional<LockKeys> Client::lock_keys() const
{
    return watching_ && !cover_ ? screen_.lock_keys() : std::nullopt;
}

void Client::on_lock_keys()
{
    if (session_) {
        session_->lock_keys_changed();
    }
}

void Client::on_size_failed()
{
    if (session_) {
        session_->size_failed();
    }
}

void Client::on_cursor()
{
    if (session_) {
        session_->cursor_changed();
    }
}

} // namespace gds
