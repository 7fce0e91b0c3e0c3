// SPDX-License-Identifier: GPL-2.0-or-later
// SessionCare: what the session at the desk does for the sake of its viewers: its screen stays on
// while somebody looks, and is locked when the last one has left. Owned by main; main thread.
#pragma once

#include "base/task_scope.h"
#include "base/wakeup.h"
#include "server/policy.h"
#include "service/idle_inhibitor.h"

#include <functional>
#include <string>

namespace gds {

class SessionCare {
public:
    // `on_trouble` is told what stands in the way, as a translated sentence, and of its end by an
    // empty one. The connection outlives it.
    SessionCare(sdbus::IConnection& connection, std::function<void(std::string)> on_trouble);

    void apply(const Policy& policy);
    // Does anybody see the desktop now?
    void set_viewed(bool viewed);
    // Returns when nothing is under way any more.
    Task<> settled();

private:
    Task<> lock();

    sdbus::IConnection& connection_;
    std::function<void(std::string)> on_trouble_;
    IdleInhibitor idle_;
    bool viewed_ = false;
    bool inhibits_ = true;
    bool locks_ = false;
    unsigned locking_ = 0;
    Wakeup locked_;
    TaskScope tasks_;
};

} // namespace gds
