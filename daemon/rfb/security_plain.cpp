// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_plain.h"

#include "base/errors.h"
#include "base/secret_string.h"
#include "base/translate.h"
#include "io/stream_reader.h"
#include "rfb/read_secret.h"
#include "rfb/refusal.h"

#include <string>
#include <utility>

namespace gds {

namespace {

void check_length(const char* field, std::uint32_t length)
{
    if (length > k_max_plain_field) {
        throw ProtocolError{std::string{"Plain: "} + field + " of " + std::to_string(length) +
                            " octets"};
    }
}

} // namespace

bool plain_can_be_had(const SecuritySetup& /*setup*/) { return true; }

Task<Authenticated> run_plain(const SecurityContext& context, Channel channel)
{
    context.observer.on_stage("plain");
    auto& stream = context.connection.stream();
    StreamReader reader{stream};
    const auto user_length = co_await reader.u32();
    check_length("user name", user_length);
    const auto password_length = co_await reader.u32();
    check_length("password", password_length);
    const auto user_octets = co_await read_secret(stream, user_length);
    auto password = co_await read_secret(stream, password_length);

    std::string user{user_octets.view()};
    const auto& credentials = context.setup.credentials;
    if (!credentials->unavailable.empty()) {
        throw CredentialsUnavailable{credentials->unavailable};
    }
    if (!context.observer.may_judge()) {
        throw TooManyAttempts{};
    }
    // A NUL is an octet that no user name and no password has; nothing is cut there.
    if (user.find('\0') != std::string::npos ||
        password.view().find('\0') != std::string_view::npos) {
        throw RefusedLogin{"Plain: NUL within user name or password", _("Authentication failed")};
    }

    // Owns all it touches: it runs to its end even if the client is gone by then.
    auto judge = [credentials, user, secret = std::move(password)] {
        return may_log_in(*credentials, user, secret.view());
    };
    const bool fits = co_await context.workers.run(std::move(judge));
    if (!fits) {
        throw RefusedLogin{"Plain: no such user and password", _("Authentication failed")};
    }
    Identity identity{IdentityKind::password, std::move(user), {}};
    co_return SecurityProof::make(std::move(identity), channel.word, "", channel.strength);
}

} // namespace gds
