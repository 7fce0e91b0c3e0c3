// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/input_queue.h"

#include <set>
#include <utility>

namespace gds {

bool InputQueue::push(InputEvent event)
{
    const auto room = event.kind == InputKind::release ? k_most_with_releases : k_most;
    if (event.kind == InputKind::motion && !events_.empty() &&
        events_.back().kind == InputKind::motion) {
        events_.back() = std::move(event);
        return true;
    }
    if (events_.size() >= room) {
        return false;
    }
    events_.push_back(std::move(event));
    return true;
}

InputEvent InputQueue::take()
{
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void InputQueue::drop(unsigned sender)
{
    std::multiset<std::uint64_t> never_down;
    std::deque<InputEvent> kept;
    for (auto& event : events_) {
        bool keep = event.sender != sender;
        if (!keep && event.kind == InputKind::press) {
            never_down.insert(event.what);
        } else if (!keep && event.kind == InputKind::release) {
            const auto press = never_down.find(event.what);
            keep = press == never_down.end();
            if (!keep) {
                never_down.erase(press);
            }
        }
        if (keep) {
            kept.push_back(std::move(event));
        }
    }
    events_ = std::move(kept);
}

} // namespace gds
