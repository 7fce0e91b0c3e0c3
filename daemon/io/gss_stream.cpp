// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/gss_stream.h"

#include "base/errors.h"
#include "base/secret_string.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gds {

namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint8_t k_data = 3;
constexpr std::uint8_t k_abort = 0xff;
// Tokens that we make, so that no proxy has too little room; those that come may have all that
// their length can say.
constexpr std::size_t k_token = std::size_t{16} * 1024;
// Sealed octets that are gathered before the layer below is called.
constexpr std::size_t k_write_piece = std::size_t{128} * 1024;
constexpr unsigned k_most_empty_messages = 64;

} // namespace

GssStream::GssStream(ByteStream& lower, std::shared_ptr<GssInitiator> context,
                     SocksProtection protection)
    : lower_(lower), context_(std::move(context)),
      encrypted_(protection == SocksProtection::confidentiality),
      most_per_message_(context_->most_for(k_token, encrypted_))
{}

GssStream::~GssStream() { wipe(clear_); }

Task<std::size_t> GssStream::read_some(std::span<std::uint8_t> into)
{
    unsigned empty = 0;
    while (taken_ == clear_.size()) {
        const bool more = co_await read_message();
        if (!more) {
            co_return 0;
        }
        if (clear_.empty() && ++empty > k_most_empty_messages) {
            throw ProtocolError{"SOCKS proxy: only empty messages"};
        }
    }
    const std::size_t size = std::min(into.size(), clear_.size() - taken_);
    std::copy_n(clear_.begin() + static_cast<std::ptrdiff_t>(taken_), size, into.begin());
    taken_ += size;
    if (taken_ == clear_.size()) { // it may have been a password
        wipe(clear_);
        taken_ = 0;
    }
    co_return size;
}

// False at the end of the stream between two messages.
Task<bool> GssStream::read_message()
{
    std::array<std::uint8_t, 1> first{};
    const auto got = co_await lower_.read_some(first);
    if (got == 0) {
        co_return false;
    }
    StreamReader reader{lower_};
    const auto kind = co_await reader.u8();
    if (first[0] != k_version || kind != k_data) {
        throw ProtocolError{first[0] == k_version && kind == k_abort
                                ? "the SOCKS proxy ended the protection"
                                : "the SOCKS proxy sent something unprotected"};
    }
    const auto length = co_await reader.u16();
    if (length == 0) {
        throw ProtocolError{"the SOCKS proxy sent an empty token"};
    }
    const auto token = co_await reader.bytes(length);
    GssInitiator::Unwrapped message;
    try {
        message = context_->unwrap(token);
    } catch (const GssError& error) {
        throw ProtocolError{std::string{"the SOCKS proxy sent what is not protected: "} +
                            error.what()};
    }
    if (encrypted_ && !message.encrypted) {
        throw ProtocolError{"the SOCKS proxy does not encrypt, as it said it would"};
    }
    clear_ = std::move(message.clear);
    taken_ = 0;
    co_return true;
}

Bytes GssStream::seal(ByteView clear) const
{
    try {
        return context_->wrap(clear, encrypted_);
    } catch (const GssError& error) { // such as a ticket that is over
        throw ProtocolError{std::string{"nothing can be protected for the SOCKS proxy any more: "} +
                            error.what()};
    }
}

Task<> GssStream::write(ByteView from)
{
    while (!from.empty()) {
        StreamWriter sealed;
        while (!from.empty() && sealed.size() < k_write_piece) {
            const std::size_t size = std::min(most_per_message_, from.size());
            const Bytes token = seal(from.first(size));
            sealed.put_u8(k_version);
            sealed.put_u8(k_data);
            sealed.put_u16(static_cast<std::uint16_t>(token.size()));
            sealed.put_bytes(token);
            from = from.subspan(size);
        }
        co_await sealed.flush(lower_);
    }
}

} // namespace gds
