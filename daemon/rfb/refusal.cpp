// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/refusal.h"

#include "base/translate.h"

namespace gds {

CredentialsUnavailable::CredentialsUnavailable(const std::string& cause, Bytes before)
    // Translators: a viewer shows this; what follows is the cause ("the keyring is locked").
    : RefusedLogin("credentials not available: " + cause,
                   std::string{_("Credentials not available:")} + " " + cause, std::move(before))
{}

} // namespace gds
