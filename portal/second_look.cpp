// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/second_look.h"

#include <utility>

namespace gds {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

SecondLook::SecondLook(std::function<void(bool active)> set_active)
    : SecondLook(std::move(set_active), Timing{})
{}

SecondLook::SecondLook(std::function<void(bool active)> set_active, Timing timing)
    : set_active_(std::move(set_active)), timing_(timing)
{}

void SecondLook::begin() { wait(timing_.first); }

void SecondLook::picture_came()
{
    const auto now = Clock::now();
    if (now < own_until_) {
        own_until_ = {};
        return;
    }
    news_at_ = now;
    // Sooner than planned, but not put off with every picture: the timer looks itself.
    if (timer_ && due_ > now + timing_.rest) {
        wait(timing_.rest);
    }
}

void SecondLook::wait(milliseconds time)
{
    due_ = Clock::now() + time;
    timer_ = call_after(time, [this] { look_if_at_rest(); });
}

void SecondLook::look_if_at_rest()
{
    const auto rested = std::chrono::duration_cast<milliseconds>(Clock::now() - news_at_);
    if (news_at_ != Clock::time_point{} && rested < timing_.rest) {
        wait(timing_.rest - rested);
    } else {
        look();
    }
}

void SecondLook::look()
{
    set_active_(false);
    due_ = {};
    timer_ = call_after(timing_.pause, [this] {
        own_until_ = Clock::now() + timing_.own;
        set_active_(true);
        wait(timing_.interval);
    });
}

} // namespace gds
