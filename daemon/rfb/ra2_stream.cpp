// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/ra2_stream.h"

#include "base/errors.h"
#include "io/stream_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include <nettle/memops.h>
#include <string.h>

namespace gds {

namespace {

// As long as those that other implementations send.
constexpr std::size_t k_sent_record = 8192;
// Clear octets that are sealed before the layer below is called once.
constexpr std::size_t k_write_piece = std::size_t{256} * 1024;

void encrypt(const void* cipher, std::size_t size, std::uint8_t* to, const std::uint8_t* from)
{
    aes256_encrypt(static_cast<const aes256_ctx*>(cipher), size, to, from);
}

std::array<std::uint8_t, 2> header_of(std::size_t length)
{
    return {static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length)};
}

} // namespace

Ra2Cipher::Ra2Cipher(ByteView key)
{
    aes256_set_encrypt_key(&cipher_, key.data());
    eax_set_key(&key_, &cipher_, encrypt);
}

Ra2Cipher::~Ra2Cipher()
{
    ::explicit_bzero(&key_, sizeof key_);
    ::explicit_bzero(&state_, sizeof state_);
    ::explicit_bzero(&cipher_, sizeof cipher_);
}

void Ra2Cipher::begin(std::size_t length)
{
    eax_set_nonce(&state_, &key_, &cipher_, encrypt, nonce_.size(), nonce_.data());
    const auto header = header_of(length);
    eax_update(&state_, &key_, &cipher_, encrypt, header.size(), header.data());
}

// Little-endian; it never comes round.
void Ra2Cipher::count()
{
    for (std::uint8_t& octet : nonce_) {
        if (++octet != 0) {
            return;
        }
    }
}

void Ra2Cipher::seal(ByteView clear, Bytes& out)
{
    begin(clear.size());
    const auto header = header_of(clear.size());
    out.insert(out.end(), header.begin(), header.end());
    const std::size_t at = out.size();
    out.resize(at + clear.size() + EAX_DIGEST_SIZE);
    std::uint8_t* const text = out.data() + at;
    eax_encrypt(&state_, &key_, &cipher_, encrypt, clear.size(), text, clear.data());
    eax_digest(&state_, &key_, &cipher_, encrypt, EAX_DIGEST_SIZE, text + clear.size());
    count();
}

bool Ra2Cipher::open(std::size_t length, Bytes& record)
{
    if (record.size() != length + EAX_DIGEST_SIZE) {
        return false;
    }
    begin(length);
    eax_decrypt(&state_, &key_, &cipher_, encrypt, length, record.data(), record.data());
    std::array<std::uint8_t, EAX_DIGEST_SIZE> mac{};
    eax_digest(&state_, &key_, &cipher_, encrypt, mac.size(), mac.data());
    count();
    const bool intact = memeql_sec(mac.data(), record.data() + length, mac.size()) != 0;
    if (!intact) {
        wipe(record);
        return false;
    }
    record.resize(length);
    return true;
}

Ra2Stream::Ra2Stream(ByteStream& lower, ByteView reading_key, ByteView writing_key)
    : lower_(lower), reading_(reading_key), writing_(writing_key)
{}

Ra2Stream::~Ra2Stream() { wipe(clear_); }

// False: the orderly end, between two records.
Task<bool> Ra2Stream::read_record()
{
    wipe(clear_); // it may have been a password
    taken_ = 0;
    std::array<std::uint8_t, 2> header{};
    const std::span<std::uint8_t> whole{header};
    const std::size_t count = co_await lower_.read_some(whole);
    if (count == 0) {
        co_return false;
    }
    StreamReader reader{lower_};
    const auto missing = whole.subspan(count);
    if (!missing.empty()) {
        co_await reader.exactly(missing);
    }
    const std::size_t length = (std::size_t{header[0]} << 8U) | header[1];
    if (length == 0 || length > longest_) {
        throw ProtocolError{"RA2 record of " + std::to_string(length) + " octets"};
    }
    auto record = co_await reader.bytes(length + EAX_DIGEST_SIZE);
    if (!reading_.open(length, record)) {
        throw ProtocolError{"RA2 record that is not the peer's"};
    }
    clear_ = std::move(record);
    co_return true;
}

Task<std::size_t> Ra2Stream::read_some(std::span<std::uint8_t> into)
{
    if (taken_ == clear_.size()) {
        const bool more = co_await read_record();
        if (!more) {
            co_return 0;
        }
    }
    const std::size_t count = std::min(into.size(), clear_.size() - taken_);
    std::copy_n(clear_.begin() + static_cast<std::ptrdiff_t>(taken_), count, into.begin());
    taken_ += count;
    co_return count;
}

Task<> Ra2Stream::write(ByteView from)
{
    if (torn_) {
        throw EndOfStream{};
    }
    while (!from.empty()) {
        auto piece = from.first(std::min(from.size(), k_write_piece));
        from = from.subspan(piece.size());
        outbox_.clear();
        while (!piece.empty()) {
            const auto clear = piece.first(std::min(piece.size(), k_sent_record));
            writing_.seal(clear, outbox_);
            piece = piece.subspan(clear.size());
        }
        torn_ = true;
        co_await lower_.write(outbox_);
        torn_ = false;
    }
}

} // namespace gds
