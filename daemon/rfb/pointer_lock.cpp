// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/pointer_lock.h"

#include <cstdlib>

namespace gds {

namespace {

// The pointer follows within a frame or two, when it follows.
constexpr int k_motions_in_vain = 5;
constexpr std::chrono::milliseconds k_time_in_vain{300};
constexpr int k_near = 2; // a scaled monitor rounds

bool is_near(Point a, Point b)
{
    return std::abs(a.x - b.x) <= k_near && std::abs(a.y - b.y) <= k_near;
}

} // namespace

void PointerLock::moved(Point to, Clock::time_point now)
{
    if (!hidden_ || locked_ || is_near(to, position_)) {
        return;
    }
    if (in_vain_++ == 0) {
        first_in_vain_ = now;
    }
    locked_ = in_vain_ >= k_motions_in_vain && now - first_in_vain_ >= k_time_in_vain;
}

void PointerLock::see(const Cursor& cursor)
{
    const bool hidden = cursor.shape && cursor.shape->size.empty() && !cursor.in_picture;
    if (!hidden || !hidden_ || !is_near(cursor.position, position_)) {
        locked_ = false;
        in_vain_ = 0;
    }
    hidden_ = hidden;
    position_ = cursor.position;
}

} // namespace gds
