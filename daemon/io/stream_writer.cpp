// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/stream_writer.h"

#include <utility>

namespace gds {

template <typename T>
void StreamWriter::set_number(std::size_t at, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        buffer_.at(at + i) = static_cast<std::uint8_t>(value >> ((sizeof(T) - 1 - i) * 8));
    }
}

// Not inline: g++ 14 -O2 then takes what was put before for all that the buffer can hold, and
// warns.
void StreamWriter::put_bytes(ByteView bytes)
{
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void StreamWriter::set_u16(std::size_t at, std::uint16_t value) { set_number(at, value); }

void StreamWriter::set_u32(std::size_t at, std::uint32_t value) { set_number(at, value); }

Bytes StreamWriter::take() { return std::exchange(buffer_, {}); }

Task<> StreamWriter::flush(ByteStream& stream)
{
    Bytes going = take();
    co_await stream.write(going);
    if (buffer_.empty()) {
        going.clear();
        buffer_ = std::move(going);
    }
}

} // namespace gds
