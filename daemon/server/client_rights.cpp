// SPDX-License-Identifier: GPL-2.0-or-later
// What a client may do: judged at the door and whenever something that it turns on has changed,
// with his groups and the person at the desk asked where the rules want it.
#include "server/client.h"

#include "base/text.h"
#include "base/translate.h"
#include "io/tls_stream.h"

#include <utility>

namespace gds {

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
        if (owner_.may_log_session(source_)) {
            journal_.judged("is refused", access_.because());
        }
    }
    co_return access_.refusal();
}

Task<std::string> Client::obstacle_to_asking()
{
    if (owner_.consent() == nullptr) {
        co_return _("Somebody at the desk would have to agree, and nobody can be asked now.");
    }
    if (!owner_.may_wait(source_)) {
        co_return _("The person at the desk is being asked already.");
    }
    co_return co_await owner_.consent()->obstacle(source_);
}

void Client::begin_asking()
{
    if (owner_.may_log_session(source_)) {
        journal_.asked();
    }
    const auto& who = session_->who();
    asking_.begin(*owner_.consent(),
                  {printable(who.user()), source_, connection_->peer(), who.security_type(),
                   access_.wants_control()},
                  policy_->ask_timeout, screen_.size());
    owner_.on_changed(number_);
}

void Client::take_answer(const ConsentAnswer& answer)
{
    if (disconnecting_ || !session_) {
        return;
    }
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
    clipboard_.add(*this);
    damage_ = Rect::of(screen_.size());
    picture_changed();
    cover_or_show();
    on_clipboard_open_changed();
    idle_.touch();
    idle_.set_limit(policy_->idle_timeout);
    // Who may only look ends nobody's session.
    if (exclusive_ && !looks_only()) {
        owner_.on_exclusive(number_);
    }
    owner_.on_changed(number_);
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
    if (watching_ && before->idle_timeout != policy_->idle_timeout) {
        idle_.set_limit(policy_->idle_timeout);
    }
    if (before->clipboard != policy_->clipboard) {
        on_clipboard_open_changed();
    }
    if (before->view_only != policy_->view_only && looked_only != looks_only()) {
        rights_changed();
    }
}

// --- the clipboard

// Whoever may not type may not paste; what is not shown is not told either.
ClipboardRights Client::clipboard_rights() const
{
    const bool may = watching_ && !disconnecting_ && !cover_ && !asking_.card() && !looks_only() &&
                     screen_.withheld().empty() && clipboard_.open();
    const auto ways = policy_->clipboard;
    ClipboardRights rights;
    rights.to_viewer = may && (ways == ClipboardWays::both || ways == ClipboardWays::to_viewer);
    rights.from_viewer = may && (ways == ClipboardWays::both || ways == ClipboardWays::from_viewer);
    rights.limit = policy_->clipboard_limit;
    return rights;
}

void Client::on_viewer_copied(ClipOffer offer) { clipboard_.offer(*this, std::move(offer)); }

void Client::on_clipboard_changed()
{
    if (session_) {
        session_->clipboard_changed();
    }
}

void Client::on_clipboard_open_changed()
{
    if (session_) {
        session_->clipboard_rights_changed();
    }
}

ClipResultPtr Client::ask_viewer(ClipKind kind)
{
    if (session_) {
        return session_->ask_clipboard(kind);
    }
    auto nothing = std::make_shared<ClipResult>();
    nothing->fail(std::make_exception_ptr(ClipboardError{"the viewer has left"}));
    return nothing;
}

void Client::reconsider()
{
    if (!access_.judged() || disconnecting_) {
        return; // he will be, by what holds then
    }
    if (access_.refused()) {
        return; // he is reading why
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
    } else if (!access_.asks() && asking_.card() && session_) {
        if (!owner_.has_room()) {
            disconnect("the limit of clients is reached");
            return;
        }
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

} // namespace gds
