// SPDX-License-Identifier: GPL-2.0-or-later
// What a viewer's decoders read from: octets in order, and zlib streams. Strict.
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <zlib.h>

namespace gds::fakes {

struct DecodeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Reads octets in order; past the end is an error.
class OctetReader {
public:
    explicit OctetReader(ByteView octets) : octets_(octets) {}
    std::uint32_t u8()
    {
        if (octets_.empty()) {
            throw DecodeError{"too few octets"};
        }
        const std::uint32_t octet = octets_.front();
        octets_ = octets_.subspan(1);
        return octet;
    }
    ByteView take(std::size_t count)
    {
        if (count > octets_.size()) {
            throw DecodeError{"too few octets"};
        }
        const ByteView taken = octets_.first(count);
        octets_ = octets_.subspan(count);
        return taken;
    }
    std::size_t left() const { return octets_.size(); }
    void expect_end() const
    {
        if (left() != 0) {
            throw DecodeError{std::to_string(left()) + " octets too many"};
        }
    }

private:
    ByteView octets_;
};

// One zlib stream of a connection.
class ZlibStream {
public:
    ZlibStream()
    {
        if (inflateInit(&stream_) != Z_OK) {
            throw DecodeError{"inflateInit"};
        }
    }
    ~ZlibStream() { inflateEnd(&stream_); }
    ZlibStream(const ZlibStream&) = delete;
    ZlibStream& operator=(const ZlibStream&) = delete;

    // Everything that `in` holds; it must be complete, on an octet boundary, at its end.
    Bytes feed(ByteView in)
    {
        Bytes out;
        stream_.next_in = const_cast<Bytef*>(in.data());
        stream_.avail_in = static_cast<uInt>(in.size());
        std::array<std::uint8_t, 65536> piece;
        do {
            stream_.next_out = piece.data();
            stream_.avail_out = piece.size();
            const int status = inflate(&stream_, Z_SYNC_FLUSH);
            if (status != Z_OK && status != Z_BUF_ERROR) {
                throw DecodeError{"inflate: " + std::to_string(status)};
            }
            out.insert(out.end(), piece.begin(),
                       piece.end() - static_cast<std::ptrdiff_t>(stream_.avail_out));
        } while (stream_.avail_out == 0);
        if (stream_.avail_in != 0) {
            throw DecodeError{"inflate left octets"};
        }
        return out;
    }

private:
    z_stream stream_{};
};

// Zlib's and ZRLE's streams last as long as the connection. The session writes the header once.
struct SpliceStream {
    ZlibStream stream;
    bool started = false;

    Bytes feed(ByteView body)
    {
        Bytes input;
        if (!started) {
            started = true;
            input = {0x78, 0x01};
        }
        input.insert(input.end(), body.begin(), body.end());
        return stream.feed(input);
    }
};

} // namespace gds::fakes
