// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/scram_verifier.h"

#include "base/random.h"
#include "base/secret_string.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>

namespace gds {

namespace {

constexpr std::size_t k_salt_size = 16;
constexpr std::size_t k_min_salt_size = 8;
constexpr std::size_t k_max_salt_size = 64;

struct Keys {
    Keys(Bytes stored_key, Bytes server_key)
        : stored(std::move(stored_key)), server(std::move(server_key))
    {}
    Keys(Keys&& other) noexcept = default;
    ~Keys()
    {
        wipe(stored);
        wipe(server);
    }
    Bytes stored;
    Bytes server;
};

const char* mechanism_of(ScramHash hash)
{
    return hash == ScramHash::sha256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";
}

std::size_t digest_size(ScramHash hash)
{
    return hash == ScramHash::sha256 ? SHA256_DIGEST_SIZE : SHA512_DIGEST_SIZE;
}

Bytes hmac(ScramHash hash, ByteView key, std::string_view text)
{
    const ByteView octets = as_bytes(text);
    Bytes digest(digest_size(hash));
    if (hash == ScramHash::sha256) {
        hmac_sha256_ctx context{};
        hmac_sha256_set_key(&context, key.size(), key.data());
        hmac_sha256_update(&context, octets.size(), octets.data());
        hmac_sha256_digest(&context, digest.size(), digest.data());
        ::explicit_bzero(&context, sizeof context);
    } else {
        hmac_sha512_ctx context{};
        hmac_sha512_set_key(&context, key.size(), key.data());
        hmac_sha512_update(&context, octets.size(), octets.data());
        hmac_sha512_digest(&context, digest.size(), digest.data());
        ::explicit_bzero(&context, sizeof context);
    }
    return digest;
}

Bytes digest_of(ScramHash hash, ByteView octets)
{
    Bytes digest(digest_size(hash));
    if (hash == ScramHash::sha256) {
        sha256_ctx context{};
        sha256_init(&context);
        sha256_update(&context, octets.size(), octets.data());
        sha256_digest(&context, digest.size(), digest.data());
        ::explicit_bzero(&context, sizeof context);
    } else {
        sha512_ctx context{};
        sha512_init(&context);
        sha512_update(&context, octets.size(), octets.data());
        sha512_digest(&context, digest.size(), digest.data());
        ::explicit_bzero(&context, sizeof context);
    }
    return digest;
}

// RFC 5802, 3: SaltedPassword, ClientKey, StoredKey, ServerKey.
Keys derive(ScramHash hash, std::string_view password, ByteView salt, unsigned iterations)
{
    const ByteView octets = as_bytes(password);
    Bytes salted(digest_size(hash));
    const auto pbkdf2 = hash == ScramHash::sha256 ? pbkdf2_hmac_sha256 : pbkdf2_hmac_sha512;
    pbkdf2(octets.size(), octets.data(), iterations, salt.size(), salt.data(), salted.size(),
           salted.data());
    Bytes client = hmac(hash, salted, "Client Key");
    Keys keys{digest_of(hash, client), hmac(hash, salted, "Server Key")};
    wipe(client);
    wipe(salted);
    return keys;
}

// A NUL is part of no password: behind a short one it would not even count, since HMAC fills up its
// key with zeros. No password at all fits nothing.
bool is_password(std::string_view password)
{
    return !password.empty() && password.find('\0') == std::string_view::npos;
}

// RFC 4648, section 4; not by GLib, whose storage is released as it is.
SecretString base64(ByteView octets)
{
    SecretString text{BASE64_ENCODE_RAW_LENGTH(octets.size())};
    auto* const into = reinterpret_cast<char*>(text.octets().data());
    base64_encode_raw(into, octets.size(), octets.data());
    return text;
}

// Exactly what base64() writes.
std::optional<Bytes> from_base64(std::string_view text)
{
    std::optional<Bytes> octets{std::in_place, BASE64_DECODE_LENGTH(text.size())};
    std::size_t size = octets->size();
    base64_decode_ctx context{};
    base64_decode_init(&context);
    const bool decoded =
        base64_decode_update(&context, &size, octets->data(), text.size(), text.data()) != 0 &&
        base64_decode_final(&context) != 0;
    ::explicit_bzero(&context, sizeof context);
    if (decoded) {
        octets->resize(size);
    }
    if (!decoded || base64(*octets).view() != text) {
        wipe(*octets);
        octets.reset();
    }
    return octets;
}

// The part of `text` before `mark`; both go from `text`. Empty when there is no mark.
std::optional<std::string_view> take_until(std::string_view& text, char mark)
{
    const auto end = text.find(mark);
    if (end == std::string_view::npos) {
        return {};
    }
    const auto part = text.substr(0, end);
    text.remove_prefix(end + 1);
    return part;
}

std::optional<unsigned> iterations_from(std::string_view text)
{
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || text.starts_with('0') ||
        value < k_scram_min_iterations || value > k_scram_max_iterations) {
        return {};
    }
    return value;
}

} // namespace

ScramVerifier make_scram_verifier(ScramHash hash, std::string_view password, unsigned iterations)
{
    return make_scram_verifier(hash, password, iterations, random_octets(k_salt_size));
}

ScramVerifier make_scram_verifier(ScramHash hash, std::string_view password, unsigned iterations,
                                  Bytes salt)
{
    if (!is_password(password) || iterations < k_scram_min_iterations ||
        iterations > k_scram_max_iterations) {
        throw std::invalid_argument{
            "no verifier is made of this password or with so many iterations"};
    }
    Keys keys = derive(hash, password, salt, iterations);
    return {hash, iterations, std::move(salt), std::move(keys.stored), std::move(keys.server)};
}

bool check_password(const ScramVerifier& verifier, std::string_view password)
{
    const Keys keys = derive(verifier.hash, password, verifier.salt, verifier.iterations);
    return verifier.stored_key.size() == keys.stored.size() &&
           memeql_sec(verifier.stored_key.data(), keys.stored.data(), keys.stored.size()) != 0 &&
           is_password(password);
}

SecretString to_text(const ScramVerifier& verifier)
{
    const SecretString salt = base64(verifier.salt);
    const SecretString stored = base64(verifier.stored_key);
    const SecretString server = base64(verifier.server_key);
    return joined({mechanism_of(verifier.hash), "$", std::to_string(verifier.iterations), ":",
                   salt.view(), "$", stored.view(), ":", server.view()});
}

std::optional<ScramVerifier> parse_scram_verifier(std::string_view text)
{
    const auto mechanism = take_until(text, '$');
    const auto iterations_text = take_until(text, ':');
    const auto salt_text = take_until(text, '$');
    const auto stored_text = take_until(text, ':');
    if (!mechanism || !iterations_text || !salt_text || !stored_text) {
        return {};
    }
    for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha512}) {
        if (*mechanism != mechanism_of(hash)) {
            continue;
        }
        const auto iterations = iterations_from(*iterations_text);
        auto salt = from_base64(*salt_text);
        auto stored = from_base64(*stored_text);
        auto server = from_base64(text);
        if (!iterations || !salt || !stored || !server || salt->size() < k_min_salt_size ||
            salt->size() > k_max_salt_size || stored->size() != digest_size(hash) ||
            server->size() != digest_size(hash)) {
            return {};
        }
        return ScramVerifier{hash, *iterations, std::move(*salt), std::move(*stored),
                             std::move(*server)};
    }
    return {};
}

Bytes make_decoy_key() { return random_octets(32); }

Bytes decoy_octets(ByteView key, std::string_view purpose, std::string_view user, std::size_t size)
{
    // Purposes are constants without NUL, so no two of them run into the user name.
    std::string text{purpose};
    text += '\0';
    text += user;
    Bytes octets = hmac(ScramHash::sha512, key, text);
    octets.resize(std::min(size, octets.size()));
    return octets;
}

} // namespace gds
