// SPDX-License-Identifier: GPL-2.0-or-later
// Consent: the person at the desk, asked whether a client may come in. Implemented by the service
// floor, and by a fake in the tests of the server. Main thread.
#pragma once

#include "base/task.h"

#include <string>

namespace gds {

struct ConsentQuestion {
    std::string who; // as he has shown himself; empty where he has no name
    std::string source; // the address without its port: one question of a source at a time
    std::string address; // for people
    std::string security; // the word of the `security-types` setting
    bool wants_control = false; // or he may look at most
};

struct ConsentAnswer {
    enum class Verdict { control, view, refused };
    Verdict verdict = Verdict::refused;
    // Of a refusal: a translated sentence for the viewer.
    std::string reason;
};

class Consent {
public:
    virtual ~Consent() = default;
    // Why the person cannot be asked about somebody from there now: a translated sentence for the
    // viewer. Empty: he can. Never throws.
    virtual Task<std::string> obstacle(std::string source) = 0;
    // Never throws: whoever cannot be asked refuses. Dropping the Task withdraws the question. No
    // limit of its own.
    virtual Task<ConsentAnswer> ask(ConsentQuestion question) = 0;
};

} // namespace gds
