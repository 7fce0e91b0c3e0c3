// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wakeup.h"

namespace gds {

void Wakeup::set()
{
    set_ = true;
    if (waiter_ && !idle_) {
        idle_ = call_soon([this] {
            if (auto waiter = waiter_) {
                waiter.resume();
            }
        });
    }
}

} // namespace gds
