// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/copy_row.h"

#include "desktop/vector_clones.h"

namespace gds {

GDS_VECTOR_CLONES
void copy_row(const std::uint8_t* __restrict from, std::uint8_t* __restrict to, std::size_t octets)
{
    for (std::size_t i = 0; i < octets; ++i) {
        to[i] = from[i];
    }
}

} // namespace gds
