// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/asking.h"

#include "base/timeout.h"
#include "base/translate.h"
#include "desktop/card.h"

#include <utility>

namespace gds {

void Asking::begin(Consent& consent, ConsentQuestion question, std::chrono::milliseconds limit,
                   Size size)
{
    show(size, _("Waiting for permission"),
         _("The person at the desk is asked whether you may connect."));
    auto asking = ask(consent, std::move(question), limit);
    tasks_.spawn(std::move(asking));
}

Task<> Asking::ask(Consent& consent, ConsentQuestion question, std::chrono::milliseconds limit)
{
    ConsentAnswer answer;
    auto asking = consent.ask(std::move(question));
    try {
        answer = co_await with_timeout(std::move(asking), limit);
    } catch (const TimedOut&) {
        answer.reason = _("Nobody at the desk has answered in time.");
    }
    events_.on_answer(answer);
}

void Asking::show_refusal(const std::string& reason, std::chrono::milliseconds time)
{
    show(card_->size, _("Not let in"), reason);
    card_read_ = call_after(time, [this] { events_.on_read(); });
}

void Asking::withdraw()
{
    card_read_.reset();
    tasks_.cancel_soon();
}

void Asking::end()
{
    withdraw();
    card_.reset();
}

void Asking::show(Size size, const std::string& title, const std::string& sentence)
{
    card_ = draw_card(size, title, sentence);
    events_.on_card_changed();
}

} // namespace gds
