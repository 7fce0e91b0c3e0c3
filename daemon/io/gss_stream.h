// SPDX-License-Identifier: GPL-2.0-or-later
// GssStream: everything between us and a SOCKS proxy behind its GSS-API login, in per-message
// protection (RFC 1961, section 5), over any ByteStream.
#pragma once

#include "io/byte_stream.h"
#include "io/gss_initiator.h"

#include <cstdint>
#include <memory>

namespace gds {

// RFC 1961, section 4; selective protection is not for us.
enum class SocksProtection : std::uint8_t { integrity = 1, confidentiality = 2 };

class GssStream final : public ByteStream {
public:
    // `lower` outlives the stream and was read up to here and not an octet further.
    GssStream(ByteStream& lower, std::shared_ptr<GssInitiator> context, SocksProtection protection);

    SocksProtection protection() const
    {
        return encrypted_ ? SocksProtection::confidentiality : SocksProtection::integrity;
    }

    ~GssStream() override;
    GssStream(const GssStream&) = delete;
    GssStream& operator=(const GssStream&) = delete;

    Task<std::size_t> read_some(std::span<std::uint8_t> into) override;
    Task<> write(ByteView from) override;

private:
    Task<bool> read_message();
    Bytes seal(ByteView clear) const;

    ByteStream& lower_;
    std::shared_ptr<GssInitiator> context_;
    bool encrypted_;
    std::size_t most_per_message_;
    Bytes clear_;
    std::size_t taken_ = 0; // of clear_
};

} // namespace gds
