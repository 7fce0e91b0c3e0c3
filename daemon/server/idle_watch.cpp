// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/idle_watch.h"

#include <algorithm>

namespace gds {

namespace {

// GLib's timers do not reach further than some weeks.
constexpr std::chrono::milliseconds k_longest_wait = std::chrono::hours{1};

} // namespace

void IdleWatch::set_limit(std::chrono::milliseconds limit)
{
    limit_ = limit;
    timer_.reset();
    if (limit_.count() > 0) {
        timer_ = call_after(std::chrono::milliseconds{0}, [this] { look(); });
    }
}

void IdleWatch::look()
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        limit_ - (std::chrono::steady_clock::now() - last_));
    if (left.count() > 0) {
        timer_ = call_after(std::min(left, k_longest_wait), [this] { look(); });
        return;
    }
    timer_.reset();
    on_idle_();
}

} // namespace gds
