// SPDX-License-Identifier: GPL-2.0-or-later
// Who may call us over D-Bus: the processes of our own user that are not in a sandbox. Asked at
// every call; owned by main.
#pragma once

#include "base/bus_filter.h"
#include "server/log_budget.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace gds {

class Callers {
public:
    // The name of the sandbox that a process is in, as sandbox_of() tells it.
    using Sandbox = std::function<std::string(pid_t pid)>;
    explicit Callers(uid_t own_uid, Sandbox sandbox);
    Callers(); // of this process, on this machine

    // Nothing: the caller may go on.
    std::optional<BusRefusal> judge(const BusCall& call);
    std::optional<BusRefusal> judge(const std::string& sender,
                                    const std::optional<BusCall::Credentials>& who);

private:
    std::string trouble_with(const std::optional<BusCall::Credentials>& who) const;

    uid_t own_uid_;
    Sandbox sandbox_;
    // By unique name, which the bus never gives twice; empty: welcome. Who calls often is not
    // asked about often.
    std::map<std::string, std::string> known_;
    LogBudget log_budget_;
};

} // namespace gds
