// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/stream_reader.h"

#include "base/errors.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace gds {

namespace {

constexpr std::size_t k_piece = std::size_t{64} * 1024;

} // namespace

StreamReader::StreamReader(ByteStream& stream, Mode mode) : stream_(stream), mode_(mode) {}

StreamReader::Need StreamReader::need(std::size_t n)
{
    if (n > k_window) {
        throw std::logic_error{"more needed at once than the reader holds"};
    }
    return Need{*this, n};
}

Task<> StreamReader::fill(std::size_t n)
{
    const std::size_t room = mode_ == Mode::buffered ? k_window : n;
    if (buffer_.size() - begin_ < n) {
        std::copy(buffer_.data() + begin_, buffer_.data() + end_, buffer_.data());
        end_ -= begin_;
        begin_ = 0;
        if (buffer_.size() < room) {
            buffer_.resize(room);
        }
    }
    while (buffered() < n) {
        std::span<std::uint8_t> into{buffer_};
        into = into.subspan(end_);
        if (mode_ == Mode::exact) {
            into = into.first(n - buffered());
        }
        const std::size_t got = co_await stream_.read_some(into);
        if (got == 0) {
            throw EndOfStream{};
        }
        end_ += got;
    }
}

ByteView StreamReader::take(std::size_t n)
{
    if (buffered() < n) {
        throw std::logic_error{"octets taken that were not waited for"};
    }
    const ByteView taken = ByteView{buffer_}.subspan(begin_, n);
    begin_ += n;
    if (begin_ == end_) {
        begin_ = 0;
        end_ = 0;
    }
    return taken;
}

std::size_t StreamReader::take_into(std::span<std::uint8_t> into)
{
    const ByteView taken = take(std::min(buffered(), into.size()));
    std::copy(taken.begin(), taken.end(), into.begin());
    return taken.size();
}

Task<> StreamReader::read_all(std::span<std::uint8_t> into)
{
    while (!into.empty()) {
        const std::size_t got = co_await stream_.read_some(into);
        if (got == 0) {
            throw EndOfStream{};
        }
        into = into.subspan(got);
    }
}

Task<std::uint8_t> StreamReader::u8()
{
    co_await need(1);
    co_return take_u8();
}

Task<std::uint16_t> StreamReader::u16()
{
    co_await need(2);
    co_return take_u16();
}

Task<std::uint32_t> StreamReader::u32()
{
    co_await need(4);
    co_return take_u32();
}

Task<std::int32_t> StreamReader::s32()
{
    co_await need(4);
    co_return take_s32();
}

Task<Bytes> StreamReader::bytes(std::size_t n)
{
    const ByteView ready = take(std::min(buffered(), n));
    Bytes all(ready.begin(), ready.end());
    while (all.size() < n) {
        const std::size_t have = all.size();
        all.resize(have + std::min(n - have, k_piece));
        const std::span<std::uint8_t> into = std::span{all}.subspan(have);
        const std::size_t got = co_await stream_.read_some(into);
        if (got == 0) {
            throw EndOfStream{};
        }
        all.resize(have + got);
    }
    co_return all;
}

Task<> StreamReader::skip(std::uint64_t n)
{
    n -= take(static_cast<std::size_t>(std::min<std::uint64_t>(buffered(), n))).size();
    std::array<std::uint8_t, 4096> scratch;
    while (n > 0) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(n, scratch.size()));
        const std::span<std::uint8_t> into = std::span{scratch}.first(size);
        co_await read_all(into);
        n -= size;
    }
}

Task<> StreamReader::exactly(std::span<std::uint8_t> into)
{
    const std::size_t ready = take_into(into);
    co_await read_all(into.subspan(ready));
}

} // namespace gds
