// SPDX-License-Identifier: GPL-2.0-or-later
// The groups of local accounts, asked of the name service, which may go to a directory server and
// hang there. Each question has a thread of GLib's and a deadline; a few that hang make the others
// unanswered at once, and hold up nobody.
#pragma once

#include "base/task.h"
#include "server/access_rules.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace gds {

// Blocks. An account that does not exist has no groups.
AccountGroups read_groups(const std::string& account);

class GroupLookup {
public:
    using Reader = std::function<AccountGroups(const std::string& account)>;

    explicit GroupLookup(Reader reader = read_groups,
                         std::chrono::milliseconds deadline = std::chrono::milliseconds{5'000});

    // Nothing when the answer did not come in time.
    Task<AccountGroups> groups_of(std::string account);

private:
    Reader reader_;
    std::chrono::milliseconds deadline_;
    std::shared_ptr<std::atomic<unsigned>> under_way_;
};

} // namespace gds
