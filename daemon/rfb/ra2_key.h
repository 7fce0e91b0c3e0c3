// SPDX-License-Identifier: GPL-2.0-or-later
// The RSA keys of RA2: ours, read or made once and shared by all connections, and a client's, which
// lives for one handshake. No type of the libraries shows here.
#pragma once

#include "base/bytes.h"
#include "base/secret_string.h"

#include <cstddef>
#include <memory>
#include <string>

namespace gds {

// 112 bits of strength, and what a flooder can make us work for.
inline constexpr unsigned k_ra2_min_bits = 2048;
inline constexpr unsigned k_ra2_max_bits = 4096;
// A client makes a key of the size of ours at each login.
inline constexpr unsigned k_ra2_our_bits = 2048;

class Ra2Key {
public:
    virtual ~Ra2Key() = default;
    // As it goes over the wire: u32 bits, modulus, exponent.
    virtual const Bytes& public_octets() const = 0;
    // Of the modulus and of what is encrypted for it.
    virtual std::size_t size() const = 0;
    // What viewers show when they meet the key for the first time: "12-34-56-78-9a-bc-de-f0".
    virtual std::string fingerprint() const = 0;
    // PKCS #1 1.5. For what is no encryption of `length` octets: as many that nobody knows, in the
    // same time, so that whoever tries does not learn which it was. Call it on a worker.
    virtual SecretString decrypt(ByteView encrypted, std::size_t length) const = 0;
};
using Ra2KeyPtr = std::shared_ptr<const Ra2Key>;

// PEM, PKCS #1. Throws std::runtime_error for what is no key, or a short one.
Ra2KeyPtr parse_ra2_key(const SecretString& pem);
// The key in `file`, made there at the first call, mode 0600; its directory is made 0700. Blocks:
// call it on a worker. Throws std::runtime_error with a sentence that says what to do.
Ra2KeyPtr load_or_make_ra2_key(const std::string& file);

// A key of a client, in the form of public_octets(), whose number of bits was compared with the
// limits. PKCS #1 1.5; throws ProtocolError when it is none that anybody uses. Call it on a worker.
Bytes encrypt_for(ByteView public_octets, ByteView secret);

} // namespace gds
