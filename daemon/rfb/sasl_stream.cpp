// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_stream.h"

#include "base/errors.h"
#include "io/stream_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gds {

namespace {

constexpr std::size_t k_length_size = 4;
// Sealed octets that are gathered before the layer below is called.
constexpr std::size_t k_write_piece = std::size_t{256} * 1024;
// Genuine records that hold nothing say nothing; so many in a row are a client that wants us busy.
constexpr unsigned k_most_empty_records = 64;

} // namespace

SaslStream::SaslStream(ByteStream& lower, std::shared_ptr<SaslLayer> layer)
    : lower_(lower), layer_(std::move(layer))
{}

Task<std::size_t> SaslStream::read_some(std::span<std::uint8_t> into)
{
    unsigned empty = 0;
    while (taken_ == clear_.size()) {
        const bool more = co_await read_record();
        if (!more) {
            co_return 0;
        }
        if (clear_.empty() && ++empty > k_most_empty_records) {
            throw ProtocolError{"SASL: only empty records"};
        }
    }
    const std::size_t size = std::min(into.size(), clear_.size() - taken_);
    std::copy_n(clear_.begin() + static_cast<std::ptrdiff_t>(taken_), size, into.begin());
    taken_ += size;
    co_return size;
}

// False at the end of the stream between two records.
Task<bool> SaslStream::read_record()
{
    Bytes record(k_length_size);
    const std::size_t first = co_await lower_.read_some(record);
    if (first == 0) {
        co_return false;
    }
    StreamReader reader{lower_};
    const auto rest = std::span{record}.subspan(first);
    co_await reader.exactly(rest);
    std::uint32_t length = 0;
    for (const std::uint8_t octet : record) {
        length = (length << 8U) | octet;
    }
    if (length == 0 || length > k_max_sasl_token) {
        throw ProtocolError{"SASL record of " + std::to_string(length) + " octets"};
    }
    const auto token = co_await reader.bytes(length);
    record.insert(record.end(), token.begin(), token.end());
    const ByteView opened = layer_->open(record);
    clear_.assign(opened.begin(), opened.end());
    taken_ = 0;
    co_return true;
}

Task<> SaslStream::write(ByteView from)
{
    const std::size_t most = layer_->most_per_record();
    while (!from.empty()) {
        Bytes sealed;
        while (!from.empty() && sealed.size() < k_write_piece) {
            const std::size_t size = std::min(most, from.size());
            const ByteView record = layer_->seal(from.first(size));
            sealed.insert(sealed.end(), record.begin(), record.end());
            from = from.subspan(size);
        }
        co_await lower_.write(sealed);
    }
}

} // namespace gds
