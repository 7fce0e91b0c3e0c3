// SPDX-License-Identifier: GPL-2.0-or-later
// Guesses of how the content of a picture moved, by hashes. Pure; what they say is to be checked.
#pragma once

#include "desktop/frame.h"

#include <vector>

namespace gds {

// From some rows only; what costs a tenth of the other two together.
struct SampledVote {
    bool sure = false; // if not, the others are to be asked
    Point way; // (0, 0): nothing has moved, or too little to look for it in so much that is new
};
SampledVote vote_by_sample(const Frame& before, const Frame& now, const Region& changed);

// Whether most of what has changed stood `by` away, by some spots of it: what costs next to
// nothing. False where there are too few to tell.
bool mostly_moved_by(const Frame& before, const Frame& now, const Region& changed, Point by);

// Upwards, downwards or sideways: the way that most lines of the changed part have gone. (0, 0):
// there is none.
Point vote_by_lines(const Frame& before, const Frame& now, const Region& changed);

// Any way, by small windows that are picked for their content: at most two ways, the likelier
// first. Several times as dear.
std::vector<Point> vote_by_windows(const Frame& before, const Frame& now, const Region& changed);

} // namespace gds
