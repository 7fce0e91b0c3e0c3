// SPDX-License-Identifier: GPL-2.0-or-later
// InputQueue: input events on their way to a portal that takes them one by one, and whose they are.
// Owned by PortalInputSink; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace gds {

enum class InputKind : std::uint8_t { press, release, motion, wheel };
enum class InputDevice : std::uint8_t { none, keyboard, pointer };

struct InputEvent {
    InputKind kind;
    // Waits until this one is ready.
    InputDevice waits_for;
    std::uint64_t what; // of a press and its release: which key or button
    std::function<void()> send;
    unsigned sender = 0;
};

class InputQueue {
public:
    // Of a portal that does not keep up. Releases may use the rest: a key must not stay down.
    static constexpr std::size_t k_most = 1024;
    static constexpr std::size_t k_most_with_releases = 2 * k_most;

    // Motions are merged. False: there is no room.
    bool push(InputEvent event);
    // Null: there is none.
    const InputEvent* next() const { return events_.empty() ? nullptr : &events_.front(); }
    InputEvent take();
    void clear() { events_.clear(); }
    // Forgets what came from there, but for the releases of what is down already.
    void drop(unsigned sender);

private:
    std::deque<InputEvent> events_;
};

} // namespace gds
