// SPDX-License-Identifier: GPL-2.0-or-later
// Dead keys: which one and which letter make a character, and back. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace gds {

bool is_dead_key(std::uint32_t keysym);

// The keysyms, dead keys first, of which applications make that character (X11's Compose table,
// en_US.UTF-8); empty: none.
std::vector<std::uint32_t> dead_sequence(std::uint32_t character);

// The character that a dead key and the one after it make; 0: none.
std::uint32_t after_dead_key(std::uint32_t dead, std::uint32_t character);

} // namespace gds
