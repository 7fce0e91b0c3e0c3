// SPDX-License-Identifier: GPL-2.0-or-later
// StreamWriter: builds messages of big-endian fields and hands them to a ByteStream. With
// StreamReader the only place where numbers become octets.
#pragma once

#include "io/byte_stream.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gds {

class StreamWriter {
public:
    void put_u8(std::uint8_t value) { buffer_.push_back(value); }
    void put_u16(std::uint16_t value) { put_number(value); }
    void put_u32(std::uint32_t value) { put_number(value); }
    void put_s32(std::int32_t value) { put_number(static_cast<std::uint32_t>(value)); }
    void put_bytes(ByteView bytes);
    void put_text(std::string_view text) { put_bytes(as_bytes(text)); }
    // `n` zero octets.
    void pad(std::size_t n) { buffer_.resize(buffer_.size() + n); }

    // Overwrites a field that was put at offset `at`: counts that are known at the end.
    void set_u16(std::size_t at, std::uint16_t value);
    void set_u32(std::size_t at, std::uint32_t value);

    bool empty() const { return buffer_.empty(); }
    std::size_t size() const { return buffer_.size(); }
    ByteView view() const { return buffer_; }
    // What was put so far; the writer is empty afterwards.
    Bytes take();
    void clear() { buffer_.clear(); }

    // Writes what was put so far. What is put while it waits stays for the next flush.
    Task<> flush(ByteStream& stream);

private:
    template <typename T>
    void put_number(T value)
    {
        for (std::size_t shift = sizeof(T) * 8; shift > 0; shift -= 8) {
            buffer_.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
        }
    }
    template <typename T>
    void set_number(std::size_t at, T value);

    Bytes buffer_;
};

} // namespace gds
