// SPDX-License-Identifier: GPL-2.0-or-later
// Octets that nobody can foretell, from the kernel.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace gds {

// Throws std::system_error.
void fill_with_random(std::span<std::uint8_t> into);
Bytes random_octets(std::size_t size);

} // namespace gds
