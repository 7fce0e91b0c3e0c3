// SPDX-License-Identifier: GPL-2.0-or-later
// What the server keeps of a password: SCRAM verifiers (RFC 5802, RFC 7677), never the password.
// Text form, as Cyrus SASL's authPassword wants it:
// `SCRAM-SHA-256$ITER:B64SALT$B64STOREDKEY:B64SERVERKEY`. Pure functions, any thread.
#pragma once

#include "base/bytes.h"
#include "base/secret_string.h"

#include <optional>
#include <string>
#include <string_view>

namespace gds {

enum class ScramHash { sha256, sha512 };

inline constexpr unsigned k_scram_default_iterations = 4096;
inline constexpr unsigned k_scram_min_iterations = 4096;
inline constexpr unsigned k_scram_max_iterations = 65536; // Cyrus clients refuse more

struct ScramVerifier {
    ScramHash hash = ScramHash::sha256;
    unsigned iterations = k_scram_default_iterations;
    Bytes salt;
    Bytes stored_key;
    Bytes server_key;
    bool operator==(const ScramVerifier&) const = default;
};

// With a fresh random salt of 16 octets. Throws std::invalid_argument for an empty password, one
// with a NUL in it, and iterations outside the limits.
ScramVerifier make_scram_verifier(ScramHash hash, std::string_view password,
                                  unsigned iterations = k_scram_default_iterations);
// With that salt, for whoever has to make the same one again.
ScramVerifier make_scram_verifier(ScramHash hash, std::string_view password, unsigned iterations,
                                  Bytes salt);
// Costs one PBKDF2; compares in constant time. Call it on a worker.
bool check_password(const ScramVerifier& verifier, std::string_view password);
SecretString to_text(const ScramVerifier& verifier);
// Empty when malformed, or with an iteration count outside the limits.
std::optional<ScramVerifier> parse_scram_verifier(std::string_view text);

// For the verifiers of users that do not exist: a key to make them from, and at most 64 octets that
// depend on nothing but their arguments and tell nothing of the key.
Bytes make_decoy_key();
Bytes decoy_octets(ByteView key, std::string_view purpose, std::string_view user, std::size_t size);

} // namespace gds
