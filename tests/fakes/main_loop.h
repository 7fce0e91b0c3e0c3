// SPDX-License-Identifier: GPL-2.0-or-later
// Turning the main loop of a test (the thread's default one).  What is to come is waited for, not
// measured: a busy machine makes it late, not wrong.
#pragma once

#include "base/source.h"

#include <chrono>
#include <functional>

#include <glib.h>

namespace gds::test {

// Until `condition` holds; false when it did not within `limit`.
inline bool spin_until(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds{5})
{
    bool late = false;
    const Source timer = call_after(limit, [&late] { late = true; });
    while (!condition() && !late) {
        g_main_context_iteration(g_main_context_get_thread_default(), TRUE);
    }
    return condition();
}

// All the time, for what must not come.
inline void spin_for(std::chrono::milliseconds time)
{
    spin_until([] { return false; }, time);
}

// Until nothing is ready any more.
inline void spin_ready()
{
    while (g_main_context_iteration(g_main_context_get_thread_default(), FALSE) != FALSE) {
    }
}

} // namespace gds::test
