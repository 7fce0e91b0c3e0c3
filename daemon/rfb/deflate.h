// SPDX-License-Identifier: GPL-2.0-or-later
// Deflate blocks that stand alone: the one place that knows which library compresses (ISA-L where
// it was there to be built with, else zlib).
// Any thread; each has its own compressor.
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>

namespace gds {

// The zlib header (RFC 1950, 2.2) that a stream of such blocks begins with: deflate with a window
// of 32 KiB, no dictionary.
inline constexpr std::array<std::uint8_t, 2> k_zlib_header{0x78, 0x01};

// Appends `in` as raw deflate blocks (RFC 1951) that refer to nothing before them and end on an
// octet boundary (by a full flush, or because the last is a stored one), without a final block:
// results follow each other in any stream, and each is inflated whole without what follows it.
// `level` is 0..9; from 7 up it is slow.
void deflate_block(ByteView in, int level, Bytes& out);

// The lowest level that gives the same blocks as `level`.
int same_deflate_level(int level);

} // namespace gds
