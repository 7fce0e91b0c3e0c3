// SPDX-License-Identifier: GPL-2.0-or-later
// IdleWatch: notices when nothing has happened for a while. Owned by the client; main thread.
//
// touch() comes with every message, so it only notes the time; the timer finds out later.
#pragma once

#include "base/source.h"

#include <chrono>
#include <functional>

namespace gds {

class IdleWatch {
public:
    // `on_idle` is called from the main loop, once.
    explicit IdleWatch(std::function<void()> on_idle) : on_idle_(std::move(on_idle)) {}

    // Zero: never. The time since the last touch counts.
    void set_limit(std::chrono::milliseconds limit);
    void touch() { last_ = std::chrono::steady_clock::now(); }

private:
    void look();

    std::function<void()> on_idle_;
    std::chrono::milliseconds limit_{0};
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
    Source timer_;
};

} // namespace gds
