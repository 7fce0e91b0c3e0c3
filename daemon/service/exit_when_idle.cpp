// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/exit_when_idle.h"

#include <cstdlib>

namespace gds {

bool started_by_the_bus()
{
    // Set by dbus-daemon for what it starts (D-Bus specification, "Message Bus Starting Services").
    return std::getenv("DBUS_STARTER_BUS_TYPE") != nullptr ||
           std::getenv("DBUS_STARTER_ADDRESS") != nullptr;
}

ExitWhenIdle::ExitWhenIdle(std::function<void()> leave, std::chrono::milliseconds patience)
    : leave_(std::move(leave)), patience_(patience)
{
    start_timer();
}

void ExitWhenIdle::set_busy(bool busy)
{
    if (busy == busy_) {
        return;
    }
    busy_ = busy;
    if (busy_) {
        timer_.reset();
    } else {
        start_timer();
    }
}

void ExitWhenIdle::touch()
{
    if (!busy_) {
        start_timer();
    }
}

void ExitWhenIdle::start_timer()
{
    timer_ = call_after(patience_, [this] { leave_(); });
}

} // namespace gds
