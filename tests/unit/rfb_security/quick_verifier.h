// SPDX-License-Identifier: GPL-2.0-or-later
// A SCRAM verifier that costs nothing: for tests of logins, of which most of the time would be the
// 4096 iterations at the viewer's end that make_scram_verifier() insists on.
#pragma once

#include "rfb/scram_verifier.h"

#include <cstddef>
#include <string_view>

#include <glib.h>

namespace gds::test {

// Of one iteration (RFC 5802, 3).
inline ScramVerifier quick_verifier(ScramHash hash, std::string_view password)
{
    const auto kind = hash == ScramHash::sha256 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA512;
    const auto size = static_cast<std::size_t>(g_checksum_type_get_length(kind));
    const auto hmac = [kind, size](ByteView key, ByteView text) {
        GHmac* const made = g_hmac_new(kind, key.data(), key.size());
        g_hmac_update(made, text.data(), static_cast<gssize>(text.size()));
        Bytes digest(size);
        gsize length = digest.size();
        g_hmac_get_digest(made, digest.data(), &length);
        g_hmac_unref(made);
        return digest;
    };
    ScramVerifier verifier{hash, 1, Bytes(16, 5), Bytes(size), {}};
    Bytes block = verifier.salt;
    block.insert(block.end(), {0, 0, 0, 1});
    const Bytes salted = hmac(as_bytes(password), block);
    const Bytes client = hmac(salted, as_bytes("Client Key"));
    GChecksum* const stored = g_checksum_new(kind);
    g_checksum_update(stored, client.data(), static_cast<gssize>(client.size()));
    gsize length = size;
    g_checksum_get_digest(stored, verifier.stored_key.data(), &length);
    g_checksum_free(stored);
    verifier.server_key = hmac(salted, as_bytes("Server Key"));
    return verifier;
}

} // namespace gds::test
