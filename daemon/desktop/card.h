// SPDX-License-Identifier: GPL-2.0-or-later
// The card: the picture that viewers get while there is none, with the reason and what to do.
// Pure; any thread.
#pragma once

#include "desktop/frame.h"

#include <cstdint>
#include <string>

namespace gds {

// The same arguments give the same pixels. A side beyond 1..k_max_side is brought within. Texts are
// UTF-8, plain; what has no room ends in an ellipsis. All of the frame is its damage.
FramePtr draw_card(Size size, const std::string& title, const std::string& sentence,
                   std::uint64_t serial = 0);

} // namespace gds
