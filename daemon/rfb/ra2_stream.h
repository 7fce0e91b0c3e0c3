// SPDX-License-Identifier: GPL-2.0-or-later
// The records of RA2-256: AES-256-EAX over any ByteStream. A record is a length of 16 bits, which
// is authenticated, so many octets of ciphertext, and a MAC of 16; the nonce counts the records of
// each direction. Owned by the connection's stack of layers.
#pragma once

#include "base/secret_string.h"
#include "io/byte_stream.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include <nettle/aes.h>
#include <nettle/eax.h>

namespace gds {

inline constexpr std::size_t k_ra2_session_key = 32;

// One direction.
class Ra2Cipher {
public:
    explicit Ra2Cipher(ByteView key); // k_ra2_session_key octets
    ~Ra2Cipher();
    Ra2Cipher(const Ra2Cipher&) = delete;
    Ra2Cipher& operator=(const Ra2Cipher&) = delete;

    // Appends the record of 1 to 65535 octets to `out`.
    void seal(ByteView clear, Bytes& out);
    // Ciphertext and MAC in, clear text out, in place; `length` is that of the clear text. False:
    // it is not what was sealed, and nothing of it may be used.
    bool open(std::size_t length, Bytes& record);

private:
    void begin(std::size_t length);
    void count();

    eax_key key_{};
    eax_ctx state_{};
    aes256_ctx cipher_{};
    std::array<std::uint8_t, 16> nonce_{};
};

class Ra2Stream final : public ByteStream {
public:
    // Before a client has logged in there is no need for long records.
    static constexpr std::size_t k_handshake_record = 1024;

    // `lower` must outlive the stream.
    Ra2Stream(ByteStream& lower, ByteView reading_key, ByteView writing_key);
    ~Ra2Stream() override;
    Ra2Stream(const Ra2Stream&) = delete;
    Ra2Stream& operator=(const Ra2Stream&) = delete;

    void accept_long_records() { longest_ = 65535; }

    // A record that is malformed or was changed throws ProtocolError.
    Task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    Task<> write(ByteView from) override;

private:
    Task<bool> read_record();

    ByteStream& lower_;
    Ra2Cipher reading_;
    Ra2Cipher writing_;
    std::size_t longest_ = k_handshake_record;
    Bytes clear_; // of the record read last
    std::size_t taken_ = 0; // of it
    Bytes outbox_;
    // A write was dropped half-way: the peer holds a part of a record.
    bool torn_ = false;
};

} // namespace gds
