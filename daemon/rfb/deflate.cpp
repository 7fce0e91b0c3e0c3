// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/deflate.h"

#ifdef GDS_HAVE_ISAL
#include "rfb/deflate_isal.h"
#endif

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

#include <zlib.h>

namespace gds {

namespace {

#ifdef GDS_HAVE_ISAL
// Who asks for as much has a line that is worth zlib's time.
constexpr int k_slow_and_small = 7;
#endif
constexpr int k_raw_window = -15;
constexpr int k_memory_level = 8;
// The empty stored block of a flush, and the octet that may precede it.
constexpr std::size_t k_flush_room = 8;

// One zlib compressor, used again for every block: making one costs more than many a block.
class Compressor {
public:
    explicit Compressor(int level) : level_(level)
    {
        if (deflateInit2(&stream_, level, Z_DEFLATED, k_raw_window, k_memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc{};
        }
    }
    ~Compressor() { deflateEnd(&stream_); }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    void compress(ByteView in, int level, Bytes& out)
    {
        if (in.size() > std::numeric_limits<uInt>::max()) {
            throw std::length_error{"deflate: block too long"};
        }
        deflateReset(&stream_);
        if (level != level_) {
            // Right after a reset this writes nothing.
            deflateParams(&stream_, level, Z_DEFAULT_STRATEGY);
            level_ = level;
        }
        const std::size_t before = out.size();
        std::size_t room = deflateBound(&stream_, static_cast<uLong>(in.size())) + k_flush_room;
        std::size_t written = 0;
        stream_.next_in = const_cast<Bytef*>(in.data()); // NOLINT: zlib reads it only
        stream_.avail_in = static_cast<uInt>(in.size());
        // Room left over is how zlib says that the flush is complete.
        do {
            out.resize(before + written + room);
            stream_.next_out = out.data() + before + written;
            stream_.avail_out = static_cast<uInt>(room);
            if (deflate(&stream_, Z_FULL_FLUSH) != Z_OK) {
                throw std::logic_error{"deflate: failed"};
            }
            written += room - stream_.avail_out;
        } while (stream_.avail_out == 0);
        out.resize(before + written);
    }

private:
    z_stream stream_{};
    int level_;
};

} // namespace

int same_deflate_level(int level)
{
    level = std::clamp(level, 0, 9);
#ifdef GDS_HAVE_ISAL
    return level > 0 && level < k_slow_and_small ? 1 : level;
#else
    return level;
#endif
}

void deflate_block(ByteView in, int level, Bytes& out)
{
    level = std::clamp(level, 0, 9);
#ifdef GDS_HAVE_ISAL
    if (same_deflate_level(level) == 1 && !in.empty()) {
        isal_deflate_block(in, out);
        return;
    }
#endif
    thread_local Compressor compressor(level);
    compressor.compress(in, level, out);
}

} // namespace gds
