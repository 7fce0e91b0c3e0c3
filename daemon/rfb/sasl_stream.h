// SPDX-License-Identifier: GPL-2.0-or-later
// SaslStream: the security layer that a SASL mechanism negotiated, over any ByteStream. On the wire
// it is records, a u32 length and a token of the mechanism's; a record that the mechanism does not
// take for genuine ends the connection.
#pragma once

#include "io/byte_stream.h"

#include <cstdint>
#include <memory>

namespace gds {

// The longest token that is taken, as the client is told when the layer is negotiated.
inline constexpr std::uint32_t k_max_sasl_token = 65536;

// What seals and opens. Records are whole, with their length.
class SaslLayer {
public:
    virtual ~SaslLayer() = default;
    // Clear octets that fit in one record that the client takes.
    virtual std::size_t most_per_record() const = 0;
    // Both throw ProtocolError. The answer is valid until the next call of the same.
    virtual ByteView seal(ByteView clear) = 0;
    virtual ByteView open(ByteView record) = 0;
};

class SaslStream final : public ByteStream {
public:
    // `lower` must outlive the stream. Everything that comes out of it from now on is records: it
    // was read up to here and not an octet further.
    SaslStream(ByteStream& lower, std::shared_ptr<SaslLayer> layer);

    Task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    Task<> write(ByteView from) override;

private:
    Task<bool> read_record();

    ByteStream& lower_;
    std::shared_ptr<SaslLayer> layer_;
    Bytes clear_;
    std::size_t taken_ = 0; // of clear_
};

} // namespace gds
