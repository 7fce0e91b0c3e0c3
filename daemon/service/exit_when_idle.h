// SPDX-License-Identifier: GPL-2.0-or-later
// Lets a daemon that the bus started only to answer a question leave again: after some time without
// sharing. Owned by main, told of the state of sharing.
#pragma once

#include "base/source.h"

#include <chrono>
#include <functional>

namespace gds {

// Did the message bus itself start this process? A service manager's start (at login) is meant to
// stay: it waits for the setting to change.
bool started_by_the_bus();

class ExitWhenIdle {
public:
    static constexpr std::chrono::seconds k_patience{30};

    // `leave` is called from the main loop, once.
    explicit ExitWhenIdle(std::function<void()> leave,
                          std::chrono::milliseconds patience = k_patience);

    // Anything to serve: sharing is on, or somebody is connected. The time starts with "nothing".
    void set_busy(bool busy);
    // Somebody asked something: the time starts again.
    void touch();

private:
    void start_timer();

    std::function<void()> leave_;
    std::chrono::milliseconds patience_;
    bool busy_ = false;
    Source timer_;
};

} // namespace gds
