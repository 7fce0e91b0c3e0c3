// SPDX-License-Identifier: GPL-2.0-or-later
// How a security type ends a handshake that the client is to be told about. The handshake alone
// catches these, says goodbye in the protocol's words and lets them go on to its caller.
#pragma once

#include "base/bytes.h"
#include "base/errors.h"

#include <string>
#include <utility>

namespace gds {

struct Refusal {
    // What the client must read before it looks for SecurityResult; empty in most types.
    Bytes before_result;
    // The reason, for a person.
    std::string reason;
};

// A secret was judged and does not fit, or nothing can be judged.
struct RefusedLogin : AuthenticationError, Refusal {
    RefusedLogin(const std::string& why, std::string told_text, Bytes before = {})
        : AuthenticationError(why, told_text), Refusal{std::move(before), std::move(told_text)}
    {}
};

// Nobody can log in by password now; nothing was judged, so it says nothing about the client.
struct CredentialsUnavailable : RefusedLogin {
    // `cause` as in Credentials::unavailable.
    explicit CredentialsUnavailable(const std::string& cause, Bytes before = {});
};

// Who has proved to be himself is not wanted here.
struct RefusedAccess : ProtocolError, Refusal {
    explicit RefusedAccess(std::string told_text);
};

// The client chose what it was not offered.
struct RefusedChoice : ProtocolError, Refusal {
    RefusedChoice(const std::string& why, std::string told_text, Bytes before = {})
        : ProtocolError(why), Refusal{std::move(before), std::move(told_text)}
    {}
};

// SecurityObserver::may_judge() said no.
struct TooManyAttempts : RefusedChoice {
    explicit TooManyAttempts(Bytes before = {});
};

} // namespace gds
