// SPDX-License-Identifier: GPL-2.0-or-later
// PNG to BMP and back, as clipboards have them. Pure; any thread.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <optional>

namespace gds {

// 32 bits per pixel with alpha (BITMAPV5HEADER). Nothing: it is no PNG, or the BMP would have more
// than `limit` octets.
std::optional<Bytes> bmp_from_png(ByteView png, std::size_t limit);
// Of a BMP with 24 or 32 bits per pixel. Nothing: it is none.
std::optional<Bytes> png_from_bmp(ByteView bmp);

} // namespace gds
