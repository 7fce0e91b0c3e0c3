// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the keyboard: whether its keys are known, and its locks.
#pragma once

#include "cli/doctor/finding.h"

namespace gds::cli {

struct KeyboardFacts {
    bool compositor = false; // a Wayland compositor is to be reached
    bool mutter = false; // and Mutter tells of locks
};

KeyboardFacts gather_keyboard();
Findings judge_keyboard(const KeyboardFacts& facts);

} // namespace gds::cli
