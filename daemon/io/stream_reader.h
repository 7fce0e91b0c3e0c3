// SPDX-License-Identifier: GPL-2.0-or-later
// StreamReader: big-endian fields from a ByteStream that somebody else owns; with StreamWriter the
// only place where octets become numbers. Every read throws EndOfStream when the stream ends inside
// it.
//
// Two ways to read: a task per field (u8(), u32(), bytes()), for the handshake; or, where messages
// come in numbers, one wait and then plain calls:
//     co_await reader.need(5);
//     const auto button_mask = reader.take_u8();
//     const auto x = reader.take_u16();
#pragma once

#include "io/byte_stream.h"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

namespace gds {

class StreamReader {
public:
    enum class Mode {
        // Reads what is asked and not an octet more: before a layer may still be pushed.
        exact,
        // Reads ahead: for the session, over the last layer.
        buffered,
    };
    // The most that need() can be asked for, and the size of the read-ahead.
    static constexpr std::size_t k_window = std::size_t{16} * 1024;

    explicit StreamReader(ByteStream& stream, Mode mode = Mode::exact);
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    Task<std::uint8_t> u8();
    Task<std::uint16_t> u16();
    Task<std::uint32_t> u32();
    Task<std::int32_t> s32();
    // `n` was compared with a limit. Storage grows with what arrives, not with what was announced.
    Task<Bytes> bytes(std::size_t n);
    // Reads `n` octets and forgets them, in constant memory.
    Task<> skip(std::uint64_t n);
    Task<> exactly(std::span<std::uint8_t> into);

    // Octets that take_*() has without waiting.
    std::size_t buffered() const { return end_ - begin_; }

    // `co_await reader.need(n)`: returns when buffered() is at least n; at once, and without a
    // frame of its own, when it already is.
    class [[nodiscard]] Need {
    public:
        Need(StreamReader& reader, std::size_t n) : reader_(reader), n_(n) {}
        Need(const Need&) = delete;
        Need& operator=(const Need&) = delete;
        bool await_ready() const noexcept { return reader_.buffered() >= n_; }
        bool await_suspend(std::coroutine_handle<> waiter)
        {
            fill_ = reader_.fill(n_);
            return !fill_.start(waiter);
        }
        void await_resume()
        {
            if (fill_) {
                fill_.result();
            }
        }

    private:
        StreamReader& reader_;
        std::size_t n_;
        Task<> fill_;
    };
    Need need(std::size_t n);

    // Only after need(): the octets are there.
    std::uint8_t take_u8() { return take_number<std::uint8_t>(); }
    std::uint16_t take_u16() { return take_number<std::uint16_t>(); }
    std::uint32_t take_u32() { return take_number<std::uint32_t>(); }
    std::int32_t take_s32() { return static_cast<std::int32_t>(take_u32()); }
    // Valid until the next wait.
    ByteView take(std::size_t n);

private:
    Task<> fill(std::size_t n);
    Task<> read_all(std::span<std::uint8_t> into);
    std::size_t take_into(std::span<std::uint8_t> into);

    template <typename T>
    T take_number()
    {
        std::uint32_t value = 0;
        for (const std::uint8_t octet : take(sizeof(T))) {
            value = (value << 8U) | octet;
        }
        return static_cast<T>(value);
    }

    ByteStream& stream_;
    Mode mode_;
    Bytes buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace gds
