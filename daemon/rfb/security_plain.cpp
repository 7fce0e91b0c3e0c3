// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_plain.h"

#include "base/errors.h"
#include "io/stream_reader.h"
#include "rfb/password_login.h"
#include "rfb/read_secret.h"

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
    co_return co_await log_in_by_password(context, channel, std::move(user), std::move(password),
                                          "Plain");
}

} // namespace gds
