// SPDX-License-Identifier: GPL-2.0-or-later
// The client's side of RA2-256 over a ByteStream, with faults on demand.
#pragma once

#include "base/random.h"
#include "io/tls_rsa_key.h"
#include "login.h"
#include "rfb/ra2_key.h"
#include "rfb/ra2_stream.h"

#include <array>
#include <string>
#include <utility>

#include <nettle/sha2.h>

namespace gds::test {

inline Ra2KeyPtr key_of_the_server()
{
    static const Ra2KeyPtr made = parse_ra2_key(make_rsa_private_key(2048));
    return made;
}

inline Ra2KeyPtr key_of_the_client()
{
    static const Ra2KeyPtr made = parse_ra2_key(make_rsa_private_key(2056));
    return made;
}

inline Bytes sha256(ByteView first, ByteView second)
{
    Bytes digest(SHA256_DIGEST_SIZE);
    sha256_ctx context{};
    sha256_init(&context);
    sha256_update(&context, first.size(), first.data());
    sha256_update(&context, second.size(), second.data());
    sha256_digest(&context, digest.size(), digest.data());
    return digest;
}

inline Task<Bytes> read_ra2_key(ByteStream& stream)
{
    StreamReader reader{stream};
    const auto bits = co_await reader.u32();
    const auto numbers = co_await reader.bytes((bits + 7) / 8 * 2);
    StreamWriter key;
    key.put_u32(bits);
    key.put_bytes(numbers);
    co_return key.take();
}

// As play_ra2 below, and `fault` is what goes wrong.
inline Task<> play_faulty_ra2(ByteStream& raw, const ViewerPlan& plan, ViewerEnd& end,
                              std::string fault)
{
    StreamReader reader{raw};
    const auto theirs = co_await read_ra2_key(raw);
    const auto key = key_of_the_client();
    const Bytes& ours = key->public_octets();
    co_await raw.write(ours);
    const Bytes random = random_octets(32);
    Bytes encrypted = encrypt_for(theirs, random);
    if (fault == "padding") {
        encrypted[5] ^= 1U;
    } else if (fault == "number") {
        std::fill(encrypted.begin(), encrypted.end(), std::uint8_t{255});
    } else if (fault == "short random") {
        encrypted = encrypt_for(theirs, random_octets(16));
    }
    StreamWriter message;
    message.put_u16(static_cast<std::uint16_t>(encrypted.size()));
    message.put_bytes(encrypted);
    co_await message.flush(raw);
    const auto length = co_await reader.u16();
    const auto octets = co_await reader.bytes(length);
    const auto their_random = key->decrypt(octets, 32);
    const auto writing = sha256(their_random.bytes(), random);
    const auto reading = sha256(random, their_random.bytes());
    Ra2Stream records{raw, reading, writing};
    auto hash = sha256(ours, theirs);
    if (fault == "hash") {
        hash.back() ^= 1U;
    } else if (fault == "clear hash") {
        // It passes for the length of a record, which is to be whole whatever it is.
        hash.resize(hash.size() + 0x10000);
        co_await raw.write(hash);
        hash.resize(SHA256_DIGEST_SIZE);
    }
    co_await records.write(hash);
    StreamReader inner{records};
    const auto their_hash = co_await inner.bytes(SHA256_DIGEST_SIZE);
    EXPECT_EQ(their_hash, sha256(theirs, ours));
    const auto sub_type = co_await inner.u8();
    EXPECT_EQ(sub_type, 1);
    message.put_u8(static_cast<std::uint8_t>(plan.login.user.size()));
    message.put_text(plan.login.user);
    message.put_u8(static_cast<std::uint8_t>(plan.login.password.size()));
    message.put_text(plan.login.password);
    if (fault == "clear credentials") {
        co_await message.flush(raw);
    } else {
        co_await message.flush(records);
    }
    end.complete = true;
    const bool is_inner = plan.mechanism == "inner";
    if (!is_inner) {
        co_await read_result(records, plan, end);
    }
}

inline Task<> play_ra2(ByteStream& raw, const ViewerPlan& plan, ViewerEnd& end)
{
    co_await play_faulty_ra2(raw, plan, end, "");
}

} // namespace gds::test
