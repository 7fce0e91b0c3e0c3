// SPDX-License-Identifier: GPL-2.0-or-later
// PointerLock: whether an application has locked the pointer, as games do. It has hidden it, and
// the pointer does not go where it is put. Nobody tells; this is how it looks. Owned by
// ClientInput; pure.
#pragma once

#include "desktop/cursor.h"

#include <chrono>

namespace gds {

class PointerLock {
public:
    using Clock = std::chrono::steady_clock;

    // Where the client put it.
    void moved(Point to, Clock::time_point now);
    // Where it is and what it looks like.
    void see(const Cursor& cursor);

    bool locked() const { return locked_; }

private:
    bool hidden_ = false;
    bool locked_ = false;
    Point position_;
    int in_vain_ = 0;
    Clock::time_point first_in_vain_;
};

} // namespace gds
