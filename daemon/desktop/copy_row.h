// SPDX-License-Identifier: GPL-2.0-or-later
// How a row of pixels is copied. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gds {

// As memcpy does, but by vectors. Of more than 4 KiB at once glibc before 2.40 makes REP MOVSB (of
// less g++ does), which AMD's Zen 3 executes at a third of their speed (glibc's bug 30994).
void copy_row(const std::uint8_t* from, std::uint8_t* to, std::size_t octets);

inline void copy_row(const std::uint32_t* from, std::uint32_t* to, int pixels)
{
    copy_row(reinterpret_cast<const std::uint8_t*>(from), reinterpret_cast<std::uint8_t*>(to),
             static_cast<std::size_t>(pixels) * sizeof *to);
}

} // namespace gds
