// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/timeout.h"

#include <algorithm>
#include <utility>

namespace gds::detail {

namespace {

constexpr std::chrono::milliseconds k_grace{2000};

} // namespace

void DeadlineTimer::start(std::chrono::milliseconds limit, std::function<void()> on_deadline)
{
    on_deadline_ = std::move(on_deadline);
    arm(limit);
}

void DeadlineTimer::arm(std::chrono::milliseconds delay)
{
    delay = std::max(delay, std::chrono::milliseconds{0});
    due_ = g_get_monotonic_time() + std::chrono::microseconds{delay}.count();
    timer_ = call_after(delay, [this, delay] {
        const std::chrono::microseconds lateness{g_get_monotonic_time() - due_};
        if (lateness > very_late_ && !std::exchange(grace_given_, true)) {
            arm(std::min(delay, k_grace));
            return;
        }
        // The callback ends the race and drops this timer: nothing is touched after it.
        const auto on_deadline = std::move(on_deadline_);
        on_deadline();
    });
}

} // namespace gds::detail
