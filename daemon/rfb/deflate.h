// SPDX-License-Identifier: GPL-2.0-or-later
// Deflate blocks that stand alone: the one place that knows which library compresses.
// Any thread; each has its own compressor.
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>

namespace gds {

// The zlib header (RFC 1950, 2.2) that a stream of such blocks begins with: deflate with a window
// of 32 KiB, no dictionary.
inline constexpr std::array<std::uint8_t, 2> k_zlib_header{0x78, 0x01};

// Appends `in` as raw deflate blocks (RFC 1951) that refer to nothing before them and end with a
// full flush, on an octet boundary, without a final block: results follow each other in any stream.
// `level` is 0..9.
void deflate_block(ByteView in, int level, Bytes& out);

} // namespace gds
