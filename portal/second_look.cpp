// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/second_look.h"

#include <utility>

namespace gds {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// A picture that is merely lost comes with the next look.
constexpr int k_looks_in_vain = 2;
// Fewer may come while a busy compositor paints the picture.
constexpr int k_pointers_in_vain = 8;

} // namespace

SecondLook::SecondLook(Events events) : SecondLook(std::move(events), Timing{}) {}

SecondLook::SecondLook(Events events, Timing timing) : events_(std::move(events)), timing_(timing)
{}

void SecondLook::begin() { wait(timing_.first); }

void SecondLook::format_came()
{
    news_at_ = Clock::now();
    look_soon();
}

void SecondLook::picture_came()
{
    const auto now = Clock::now();
    pointers_ = 0;
    looks_in_vain_ = 0;
    if (now < own_until_) {
        own_until_ = {};
        return;
    }
    news_at_ = now;
    look_soon();
}

// Sooner than planned, but not put off with every picture: the timer looks itself.
void SecondLook::look_soon()
{
    if (timer_ && due_ > Clock::now() + timing_.rest) {
        wait(timing_.rest);
    }
}

void SecondLook::pointers_came(int count) { pointers_ += count; }

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
    events_.set_active(false);
    due_ = {};
    timer_ = call_after(timing_.pause, [this] {
        pointers_ = 0;
        looked_at_ = Clock::now();
        own_until_ = looked_at_ + timing_.own;
        events_.set_active(true);
        timer_ = call_after(timing_.patience, [this] { judge(); });
    });
}

void SecondLook::judge()
{
    if (pointers_ >= k_pointers_in_vain) {
        if (++looks_in_vain_ < k_looks_in_vain) {
            look();
        } else {
            timer_.reset();
            events_.on_starved();
        }
    } else if (news_at_ > looked_at_) {
        look_if_at_rest();
    } else {
        wait(timing_.interval - timing_.patience);
    }
}

} // namespace gds
