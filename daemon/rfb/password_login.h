// SPDX-License-Identifier: GPL-2.0-or-later
// The end of every type that is told a user name and a password in so many octets (Plain, RA2).
#pragma once

#include "base/secret_string.h"
#include "rfb/security_type.h"

#include <string>

namespace gds {

// Judges the password, on a worker. Throws CredentialsUnavailable, TooManyAttempts, RefusedLogin;
// `type` is for the log.
Task<Authenticated> log_in_by_password(const SecurityContext& context, Channel channel,
                                       std::string user, SecretString password, const char* type);

} // namespace gds
