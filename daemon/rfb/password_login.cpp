// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/password_login.h"

#include "base/translate.h"
#include "rfb/refusal.h"
#include "rfb/sasl_call.h"

#include <string_view>
#include <utility>

namespace gds {

Task<Authenticated> log_in_by_password(const SecurityContext& context, Channel channel,
                                       std::string user, SecretString password, const char* type)
{
    const auto& credentials = context.setup.credentials;
    if (!credentials->unavailable.empty()) {
        throw CredentialsUnavailable{credentials->unavailable};
    }
    if (!context.observer.may_judge()) {
        throw TooManyAttempts{};
    }
    const std::string log_prefix = type;
    // A NUL is an octet that no user name and no password has; nothing is cut there.
    if (user.find('\0') != std::string::npos ||
        password.view().find('\0') != std::string_view::npos) {
        throw RefusedLogin{log_prefix + ": NUL within user name or password",
                           _("Authentication failed")};
    }

    bool fits = false;
    if (context.setup.sasl.password_source == PasswordSource::keyring) {
        // Owns all it touches: it runs to its end even if the client is gone by then.
        auto judge = [credentials, user, secret = std::move(password)] {
            return may_log_in(*credentials, user, secret.view());
        };
        fits = co_await context.workers.run(std::move(judge));
    } else {
        fits = co_await is_password_elsewhere(context, user, std::move(password));
    }
    if (!fits) {
        throw RefusedLogin{log_prefix + ": no such user and password", _("Authentication failed")};
    }
    Identity identity{IdentityKind::password, std::move(user), {}};
    co_return SecurityProof::make(std::move(identity), channel.word, "", channel.strength);
}

} // namespace gds
