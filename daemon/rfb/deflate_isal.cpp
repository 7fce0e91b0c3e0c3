// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/deflate_isal.h"

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>

#include <isa-l/igzip_lib.h>

namespace gds {

namespace {

// Below this the header of a Huffman table of its own costs more than it saves.
constexpr std::size_t k_short = 512;
// Stored blocks are what it falls back to: each of at most so much, with so much around it.
constexpr std::size_t k_longest_stored = 65535;
constexpr std::size_t k_stored_room = 5;
constexpr std::size_t k_flush_room = 16;

class Compressor {
public:
    void compress(ByteView in, Bytes& out)
    {
        if (in.size() > std::numeric_limits<std::uint32_t>::max() / 2) {
            throw std::length_error{"deflate: block too long"};
        }
        isal_deflate_stateless_init(&stream_);
        stream_.flush = FULL_FLUSH;
        stream_.end_of_stream = 0;
        stream_.gzip_flag = IGZIP_DEFLATE;
        if (in.size() < k_short) {
            isal_deflate_set_hufftables(&stream_, nullptr, IGZIP_HUFFTABLE_STATIC);
        } else {
            stream_.level = 1;
            stream_.level_buf = tables_.data();
            stream_.level_buf_size = static_cast<std::uint32_t>(tables_.size());
        }
        const std::size_t room =
            in.size() + k_stored_room * (in.size() / k_longest_stored + 1) + k_flush_room;
        if (room_.size() < room) {
            room_.resize(room);
        }
        stream_.next_in = const_cast<std::uint8_t*>(in.data()); // NOLINT: it is only read
        stream_.avail_in = static_cast<std::uint32_t>(in.size());
        stream_.next_out = room_.data();
        stream_.avail_out = static_cast<std::uint32_t>(room);
        if (isal_deflate_stateless(&stream_) != COMP_OK || stream_.avail_in != 0) {
            throw std::logic_error{"deflate: failed"};
        }
        out.insert(out.end(), room_.data(), stream_.next_out);
    }

private:
    isal_zstream stream_{};
    std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> tables_{};
    Bytes room_; // `out` would be filled with zeros first
};

} // namespace

void isal_deflate_block(ByteView in, Bytes& out)
{
    // Too large for the stack of a thread.
    thread_local const auto compressor = std::make_unique<Compressor>();
    compressor->compress(in, out);
}

} // namespace gds
