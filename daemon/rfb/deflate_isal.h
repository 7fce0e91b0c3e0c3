// SPDX-License-Identifier: GPL-2.0-or-later
// Deflate by ISA-L (igzip), several times faster than zlib at about its size. Any thread.
#pragma once

#include "base/bytes.h"

namespace gds {

// As deflate_block() of "rfb/deflate.h" at its lower levels, for at least one octet.
void isal_deflate_block(ByteView in, Bytes& out);

} // namespace gds
