// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/version_handshake.h"

#include "base/errors.h"
#include "base/text.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"

#include <algorithm>
#include <array>
#include <string>

namespace gds {

namespace {

constexpr std::string_view k_our_version = "RFB 003.008\n";
constexpr std::size_t k_version_size = 12;

// gtk-vnc drops a reason of 1024 octets and more.
constexpr std::size_t k_max_reason = 999;

bool all_digits(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void put_reason(StreamWriter& message, std::string_view reason)
{
    std::string text{reason};
    std::erase(text, '\0');
    if (text.size() > k_max_reason) {
        text.resize(k_max_reason);
        // Not in the middle of a character of UTF-8.
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) {
            text.pop_back();
        }
        if (!text.empty()) {
            text.pop_back();
        }
    }
    message.put_u32(static_cast<std::uint32_t>(text.size()));
    message.put_text(text);
}

} // namespace

std::optional<RfbVersion> parse_version(ByteView message)
{
    const std::string_view text = as_text(message);
    if (text.size() != k_version_size || !text.starts_with("RFB ") || text[7] != '.' ||
        text[11] != '\n') {
        return {};
    }
    // Fixed width, so the order of the digits is the order of the numbers.
    const std::string_view major = text.substr(4, 3);
    const std::string_view minor = text.substr(8, 3);
    if (!all_digits(major) || !all_digits(minor) || major < "003") {
        return {};
    }
    // 4.x is what RealVNC's own protocol says of itself, 3.889 what Apple's viewer says.
    if (major > "003" || minor >= "008") {
        return RfbVersion::v3_8;
    }
    if (minor == "007") {
        return RfbVersion::v3_7;
    }
    if (minor < "003") {
        return {};
    }
    // 3.4 to 3.6 were never published; they speak 3.3 (RFC 6143, 7.1.1).
    return RfbVersion::v3_3;
}

Task<RfbVersion> exchange_version(ByteStream& stream)
{
    const ByteView ours = as_bytes(k_our_version);
    co_await stream.write(ours);
    std::array<std::uint8_t, k_version_size> theirs{};
    StreamReader reader{stream};
    co_await reader.exactly(theirs);
    const auto version = parse_version(theirs);
    if (!version) {
        throw ProtocolError{"not an RFB version: " + printable(as_text(theirs))};
    }
    co_return *version;
}

Bytes no_security_type(RfbVersion version, std::string_view reason)
{
    StreamWriter message;
    if (version == RfbVersion::v3_3) {
        message.put_u32(0);
    } else {
        message.put_u8(0);
    }
    put_reason(message, reason);
    return message.take();
}

Bytes security_result_ok()
{
    StreamWriter message;
    message.put_u32(0);
    return message.take();
}

Bytes security_result_failed(RfbVersion version, std::string_view reason)
{
    StreamWriter message;
    message.put_u32(1);
    if (version == RfbVersion::v3_8) {
        put_reason(message, reason);
    }
    return message.take();
}

} // namespace gds
