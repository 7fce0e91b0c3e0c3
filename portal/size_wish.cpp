// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/size_wish.h"

#include <algorithm>
#include <utility>

namespace gds {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// A source that takes a size at all takes it at once, unless the machine is very busy.
constexpr int k_most_in_vain = 4;

} // namespace

SizeWish::SizeWish(std::function<void(Size)> ask) : SizeWish(std::move(ask), Timing{}) {}

SizeWish::SizeWish(std::function<void(Size)> ask, Timing timing)
    : ask_(std::move(ask)), timing_(timing)
{}

void SizeWish::wish(Size size)
{
    wished_ = size;
    in_vain_ = 0;
    if (!timer_) {
        ask_if_another();
    }
}

void SizeWish::came(Size size)
{
    now_ = size;
    if (size != asked_ || !std::exchange(under_way_, false)) {
        return; // nobody's wish, or an older one that was given up
    }
    const auto left =
        timing_.pace - std::chrono::duration_cast<milliseconds>(Clock::now() - asked_at_);
    timer_ = call_after(std::max(left, milliseconds{0}), [this] { look(); });
}

// A stream that has the size already does not say so again.
void SizeWish::ask_if_another()
{
    if (!wished_ || wished_ == now_) {
        wished_.reset();
        return;
    }
    asked_ = *wished_;
    asked_at_ = Clock::now();
    under_way_ = true;
    timer_ = call_after(timing_.patience, [this] { look(); });
    ask_(asked_);
}

void SizeWish::look()
{
    timer_.reset();
    if (std::exchange(under_way_, false) && ++in_vain_ == k_most_in_vain) {
        wished_.reset();
    }
    ask_if_another();
}

} // namespace gds
