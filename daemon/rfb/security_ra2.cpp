// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_ra2.h"

#include "base/errors.h"
#include "base/random.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "rfb/password_login.h"
#include "rfb/ra2_key.h"
#include "rfb/ra2_stream.h"
#include "rfb/read_secret.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

namespace gds {

namespace {

constexpr std::size_t k_random_size = 32;
constexpr std::uint8_t k_user_and_password = 1;
constexpr unsigned k_strength = 256;

SecretString digest_of(ByteView first, ByteView second)
{
    SecretString digest{std::size_t{SHA256_DIGEST_SIZE}};
    sha256_ctx context{};
    sha256_init(&context);
    sha256_update(&context, first.size(), first.data());
    sha256_update(&context, second.size(), second.data());
    sha256_digest(&context, digest.size(), digest.octets().data());
    ::explicit_bzero(&context, sizeof context);
    return digest;
}

// As it came over the wire, since both sides hash it.
Task<Bytes> read_public_key(ByteStream& stream)
{
    StreamReader reader{stream};
    const std::uint32_t bits = co_await reader.u32();
    if (bits < k_ra2_min_bits || bits > k_ra2_max_bits) {
        throw ProtocolError{"RA2: a key of " + std::to_string(bits) + " bits"};
    }
    const std::size_t size = (bits + 7) / 8;
    const auto numbers = co_await reader.bytes(size * 2);
    StreamWriter key;
    key.put_u32(bits);
    key.put_bytes(numbers);
    co_return key.take();
}

Task<> send_random(const SecurityContext& context, const Bytes& their_key, ByteView random)
{
    auto encrypt = [their_key, secret = SecretString{random}] {
        return encrypt_for(their_key, secret.bytes());
    };
    const auto encrypted = co_await context.workers.run(std::move(encrypt));
    StreamWriter message;
    message.put_u16(static_cast<std::uint16_t>(encrypted.size()));
    message.put_bytes(encrypted);
    co_await message.flush(context.connection.stream());
}

Task<SecretString> read_random(const SecurityContext& context)
{
    const auto key = context.setup.ra2_key;
    StreamReader reader{context.connection.stream()};
    const auto length = co_await reader.u16();
    if (length != key->size()) {
        throw ProtocolError{"RA2: a random number of " + std::to_string(length) + " octets"};
    }
    auto encrypted = co_await reader.bytes(length);
    auto decrypt = [key, held = std::move(encrypted)] { return key->decrypt(held, k_random_size); };
    co_return co_await context.workers.run(std::move(decrypt));
}

// Whoever sends our own key back can send back all the rest as well, and has shown nothing.
void refuse_reflection(const Bytes& our_key, const Bytes& their_key)
{
    const auto numbers = [](const Bytes& key) { return ByteView{key}.subspan(4); };
    if (std::ranges::equal(numbers(our_key), numbers(their_key))) {
        throw ProtocolError{"RA2: the client's key is our own"};
    }
}

// Puts the encryption under the rest; then both show that they saw the same keys.
Task<Ra2Stream*> encrypt_the_rest(const SecurityContext& context, const Bytes& their_key)
{
    auto& connection = context.connection;
    const Bytes& our_key = context.setup.ra2_key->public_octets();
    SecretString our_random{k_random_size};
    fill_with_random(our_random.octets());
    co_await send_random(context, their_key, our_random.bytes());
    const auto their_random = co_await read_random(context);
    const auto reading_key = digest_of(our_random.bytes(), their_random.bytes());
    const auto writing_key = digest_of(their_random.bytes(), our_random.bytes());
    // Nothing was read ahead: what comes next is records, or no handshake.
    auto layer =
        std::make_unique<Ra2Stream>(connection.stream(), reading_key.bytes(), writing_key.bytes());
    Ra2Stream* const records = layer.get();
    connection.push_layer(std::move(layer));

    const auto our_hash = digest_of(our_key, their_key);
    const auto our_octets = our_hash.bytes();
    co_await connection.stream().write(our_octets);
    const auto expected = digest_of(their_key, our_key);
    const auto received = co_await read_secret(connection.stream(), SHA256_DIGEST_SIZE);
    if (!expected.equals(received.bytes())) {
        throw ProtocolError{"RA2: the client saw other keys than we did"};
    }
    co_return records;
}

} // namespace

bool ra2_256_can_be_had(const SecuritySetup& setup) { return setup.ra2_key != nullptr; }

Task<Authenticated> run_ra2_256(const SecurityContext& context, Channel channel)
{
    context.observer.on_stage("ra2");
    auto& connection = context.connection;
    co_await connection.stream().write(context.setup.ra2_key->public_octets());
    const auto their_key = co_await read_public_key(connection.stream());
    refuse_reflection(context.setup.ra2_key->public_octets(), their_key);
    Ra2Stream* const records = co_await encrypt_the_rest(context, their_key);

    auto who = co_await run_ra2_login(context, channel, *records);
    records->accept_long_records();
    co_return who;
}

Task<Authenticated> run_ra2_login(const SecurityContext& context, Channel channel,
                                  ByteStream& records)
{
    constexpr std::array sub_type{k_user_and_password};
    co_await records.write(sub_type);
    StreamReader reader{records};
    const auto user_length = co_await reader.u8();
    const auto user_octets = co_await read_secret(records, user_length);
    const auto password_length = co_await reader.u8();
    auto password = co_await read_secret(records, password_length);
    std::string user{user_octets.view()};
    channel.strength = k_strength;
    co_return co_await log_in_by_password(context, channel, std::move(user), std::move(password),
                                          "RA2");
}

} // namespace gds
