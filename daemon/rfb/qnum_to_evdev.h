// SPDX-License-Identifier: GPL-2.0-or-later
// The keycodes of the QEMU Extended Key Event (rfbproto) as Linux knows them.
#pragma once

#include <cstdint>

namespace gds {

// The evdev code of an XT (set 1) code, 0xe0-prefixed codes folded to 0x80 and above; 0: no such
// key.
std::uint32_t qnum_to_evdev(std::uint32_t qnum);

} // namespace gds
