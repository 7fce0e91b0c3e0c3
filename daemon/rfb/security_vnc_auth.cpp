// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_vnc_auth.h"

#include "base/random.h"
#include "base/translate.h"
#include "rfb/read_secret.h"
#include "rfb/refusal.h"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <nettle/des.h>
#include <string.h>

namespace gds {

namespace {

// The protocol has always counted the bits of a key's octets from the other end than DES does.
std::uint8_t mirrored(std::uint8_t octet)
{
    unsigned result = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
        result = (result << 1U) | ((octet >> bit) & 1U);
    }
    return static_cast<std::uint8_t>(result);
}

} // namespace

SecretString vnc_response(ByteView challenge, ByteView password)
{
    if (password.empty() || password.size() > k_max_vnc_password ||
        challenge.size() % DES_BLOCK_SIZE != 0) {
        throw std::invalid_argument{"not a VNC password or challenge"};
    }
    std::array<std::uint8_t, DES_KEY_SIZE> key{};
    for (std::size_t i = 0; i < password.size(); ++i) {
        key[i] = mirrored(password[i]);
    }
    des_ctx context{};
    // It says no to the sixteen keys that DES is weakest with, and takes them all the same.
    (void)des_set_key(&context, key.data());
    SecretString response{challenge.size()};
    des_encrypt(&context, challenge.size(), response.octets().data(), challenge.data());
    ::explicit_bzero(&context, sizeof context);
    ::explicit_bzero(key.data(), key.size());
    return response;
}

bool vnc_auth_can_be_had(const SecuritySetup& setup)
{
    const auto& password = setup.credentials->vnc_password;
    return password != nullptr && !password->empty() && password->size() <= k_max_vnc_password;
}

Task<Authenticated> run_vnc_auth(const SecurityContext& context, Channel channel)
{
    context.observer.on_stage("vnc-auth");
    auto& stream = context.connection.stream();
    // For this connection and one answer.
    const Bytes challenge = random_octets(k_vnc_challenge);
    co_await stream.write(challenge);
    const auto response = co_await read_secret(stream, k_vnc_challenge);

    const auto& credentials = context.setup.credentials;
    if (!vnc_auth_can_be_had(context.setup)) {
        throw CredentialsUnavailable{credentials->vnc_unavailable};
    }
    if (!context.observer.may_judge()) {
        throw TooManyAttempts{};
    }
    const SecretString right = vnc_response(challenge, credentials->vnc_password->bytes());
    if (!right.equals(response.bytes())) {
        throw RefusedLogin{"VNC password: wrong", _("Authentication failed")};
    }
    Identity identity{IdentityKind::vnc_password, {}, {}};
    co_return SecurityProof::make(std::move(identity), channel.word, "", channel.strength);
}

} // namespace gds
