// SPDX-License-Identifier: GPL-2.0-or-later
// with_timeout: races a task against a timer and drops the loser. Throws TimedOut when the timer wins.
// The deadline is a total, not an idle time.
#pragma once

#include "base/task.h"

#include <chrono>

namespace gds {

template <typename T>
Task<T> with_timeout(Task<T> task, std::chrono::milliseconds limit);

} // namespace gds
