// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/consent_desk.h"

#include "base/log.h"
#include "base/text.h"
#include "base/translate.h"
#include "portal/screen_lock.h"

#include <utility>

namespace gds {
namespace {

constexpr std::size_t k_most_questions = 3;
constexpr std::chrono::seconds k_peace{30};
// Somebody with many addresses could ask from each.
constexpr unsigned k_most_refused = 8;
constexpr const char* k_everybody = "";

constexpr const char* k_allow = "allow";
constexpr const char* k_view = "view";
constexpr const char* k_refuse = "refuse";

const char* nobody_there()
{
    return _("Somebody at the desk would have to agree, but no notification service is running "
             "there.");
}

Notifications::Note note_about(const ConsentQuestion& question)
{
    Notifications::Note note;
    note.urgent = true;
    const std::string who = question.who.empty() ? _("Somebody without a name") : question.who;
    if (question.wants_control) {
        note.summary = format_text(_("%s wants to see and control this desktop"), who.c_str());
        note.buttons = {{k_allow, _("Allow")}, {k_view, _("View Only")}, {k_refuse, _("Refuse")}};
    } else {
        note.summary = format_text(_("%s wants to see this desktop"), who.c_str());
        note.buttons = {{k_view, _("Allow")}, {k_refuse, _("Refuse")}};
    }
    // Translators: the first %s is a network address, the second how the viewer has logged in, a
    // word of the setting “security-types”.
    note.body = format_text(_("From %s, logged in by %s."), question.address.c_str(),
                            question.security.c_str());
    return note;
}

struct OneQuestion {
    std::set<std::string>& sources;
    std::string source;
    OneQuestion(std::set<std::string>& all, std::string which)
        : sources(all), source(std::move(which))
    {
        sources.insert(source);
    }
    OneQuestion(const OneQuestion&) = delete;
    OneQuestion& operator=(const OneQuestion&) = delete;
    ~OneQuestion() { sources.erase(source); }
};

} // namespace

ConsentDesk::ConsentDesk(sdbus::IConnection& connection, Notifications& notifications)
    : connection_(connection), notifications_(notifications)
{}

std::string ConsentDesk::surfeit(const std::string& source)
{
    std::erase_if(peace_until_, [now = std::chrono::steady_clock::now()](const auto& each) {
        return each.second <= now;
    });
    if (asking_for_.contains(source)) {
        return _("The person at the desk is being asked already.");
    }
    if (peace_until_.contains(source) || peace_until_.contains(k_everybody)) {
        return _("The person at the desk was asked a moment ago; try again later.");
    }
    if (asking_for_.size() >= k_most_questions) {
        return _("The person at the desk is being asked about others; try again later.");
    }
    return {};
}

Task<std::string> ConsentDesk::absence()
{
    if (away_) {
        co_return _("Somebody at the desk would have to agree, but another user is there now.");
    }
    const bool locked = co_await screen_is_locked(connection_);
    if (locked) {
        co_return _("Somebody at the desk would have to agree, but the screen is locked.");
    }
    const bool buttons = co_await notifications_.shows_buttons();
    nobody_told_ = false;
    co_return buttons ? ""
                      : _("Somebody at the desk would have to agree, but the notification service "
                          "there shows no buttons.");
}

Task<std::string> ConsentDesk::obstacle(std::string source)
{
    std::string reason = surfeit(source);
    if (!reason.empty()) {
        co_return reason;
    }
    try {
        reason = co_await absence();
    } catch (const sdbus::Error& error) {
        note_absence(error);
        reason = nobody_there();
    }
    co_return reason;
}

Task<ConsentAnswer> ConsentDesk::ask(ConsentQuestion question)
{
    ConsentAnswer answer;
    answer.reason = surfeit(question.source);
    if (!answer.reason.empty()) {
        co_return answer;
    }
    const OneQuestion one{asking_for_, question.source};
    try {
        answer = co_await ask_person(std::move(question));
    } catch (const sdbus::Error& error) {
        note_absence(error);
        answer.reason = nobody_there();
    }
    co_return answer;
}

void ConsentDesk::note_absence(const sdbus::Error& error)
{
    if (!std::exchange(nobody_told_, true)) {
        log_warning(std::string{"nobody can be asked: "} + error.what());
    }
}

void ConsentDesk::rest(const std::string& source)
{
    const auto until = std::chrono::steady_clock::now() + k_peace;
    peace_until_[source] = until;
    if (++refused_in_a_row_ >= k_most_refused) {
        peace_until_[k_everybody] = until;
    }
}

Task<ConsentAnswer> ConsentDesk::ask_person(ConsentQuestion question)
{
    ConsentAnswer answer;
    auto note = note_about(question);
    rest(question.source); // also when nobody answers, or he hangs up
    const auto button = co_await notifications_.ask(std::move(note));
    if (button == k_allow && question.wants_control) {
        answer.verdict = ConsentAnswer::Verdict::control;
    } else if (button == k_view) {
        answer.verdict = ConsentAnswer::Verdict::view;
    } else {
        answer.reason = _("The person at the desk did not let you in.");
    }
    if (answer.verdict != ConsentAnswer::Verdict::refused) {
        peace_until_.erase(question.source);
        peace_until_.erase(k_everybody);
        refused_in_a_row_ = 0;
    }
    co_return answer;
}

} // namespace gds
