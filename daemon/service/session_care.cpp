// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/session_care.h"

#include "base/log.h"
#include "base/translate.h"
#include "portal/screen_lock.h"

#include <utility>

namespace gds {

SessionCare::SessionCare(sdbus::IConnection& connection,
                         std::function<void(std::string)> on_trouble)
    : connection_(connection), on_trouble_(std::move(on_trouble)), idle_(connection)
{}

void SessionCare::apply(const Policy& policy)
{
    inhibits_ = policy.inhibit_idle;
    locks_ = policy.lock_on_disconnect;
    idle_.set(viewed_ && inhibits_);
    if (!locks_) {
        on_trouble_({});
    }
}

void SessionCare::set_viewed(bool viewed)
{
    const bool left = std::exchange(viewed_, viewed) && !viewed;
    idle_.set(viewed_ && inhibits_);
    if (left && locks_) {
        ++locking_;
        auto locking = lock();
        tasks_.spawn(std::move(locking));
    }
}

Task<> SessionCare::lock()
{
    const bool locked = co_await lock_screen(connection_);
    if (locked) {
        log_info("the screen is locked, as the last viewer has left");
        on_trouble_({});
    } else {
        // Translators: security-relevant. The desktop lies open.
        on_trouble_(_("The last viewer has left and the screen could not be locked, because no "
                      "screen lock is running in this session. Install one, or switch off the "
                      "setting “lock-on-disconnect”."));
    }
    --locking_;
    locked_.set();
}

Task<> SessionCare::settled()
{
    while (locking_ > 0) {
        co_await locked_.wait();
    }
}

} // namespace gds
