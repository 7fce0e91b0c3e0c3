// SPDX-License-Identifier: GPL-2.0-or-later
// A person at the desk who answers when the test says so.
#pragma once

#include "base/wakeup.h"
#include "server/consent.h"

#include <list>
#include <string>
#include <utility>

namespace gds {

struct FakeConsent final : Consent {
    std::string away; // why nobody can be asked
    std::list<ConsentQuestion> open;
    ConsentQuestion last;
    ConsentAnswer answer;
    Wakeup answered;

    Task<std::string> obstacle(std::string) override { co_return away; }
    Task<ConsentAnswer> ask(ConsentQuestion question) override
    {
        last = question;
        struct Open {
            std::list<ConsentQuestion>& list;
            std::list<ConsentQuestion>::iterator place;
            ~Open() { list.erase(place); }
        };
        const Open shown{open, open.insert(open.end(), std::move(question))};
        co_await answered.wait();
        co_return answer;
    }
    void say(ConsentAnswer::Verdict verdict, std::string reason = {})
    {
        answer = {verdict, std::move(reason)};
        answered.set();
    }
};

} // namespace gds
