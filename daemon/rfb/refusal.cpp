// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/refusal.h"

#include "base/text.h"
#include "base/translate.h"

namespace gds {

// Translators: a viewer shows the sentence; %s is the cause ("the keyring is locked").
CredentialsUnavailable::CredentialsUnavailable(const std::string& cause, Bytes before)
    : RefusedLogin("credentials not available: " + cause,
                   format_text(_("Credentials not available: %s"), cause.c_str()),
                   std::move(before))
{}

RefusedAccess::RefusedAccess(std::string told_text)
    : ProtocolError{"refused access: " + told_text}, Refusal{{}, std::move(told_text)}
{}

TooManyAttempts::TooManyAttempts(Bytes before)
    : RefusedChoice{"too many wrong passwords or logins at once from this address",
                    _("Too many attempts to log in; try again later"), std::move(before)}
{}

} // namespace gds
