// SPDX-License-Identifier: GPL-2.0-or-later
// Where a call into a SaslExchange runs, and how long it may: on a worker, or apart where it may
// wait for keys, for saslauthd or for a file; and the judgement of a password that was told outside
// of SASL, by whoever the policy says knows it.
#pragma once

#include "base/secret_string.h"
#include "rfb/sasl_exchange.h"
#include "rfb/security_type.h"

#include <functional>
#include <memory>
#include <string>

namespace gds {

// Owns what it touches: it runs to its end even if the client is gone by then.
using SaslJob = std::function<SaslReply()>;

// Throws CredentialsUnavailable, with `before`, when whoever knows the passwords does not answer. A
// refusal by saslauthd takes its time, so that it does not tell who is a user.
Task<SaslReply> call_sasl(const SecurityContext& context, std::string mechanism, SaslJob job,
                          Bytes before = {});

// Whether it is his. Where the users are not those of the keyring.
Task<bool> is_password_elsewhere(const SecurityContext& context, std::string user,
                                 SecretString password);

} // namespace gds
