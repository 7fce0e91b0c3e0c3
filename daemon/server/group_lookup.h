// SPDX-License-Identifier: GPL-2.0-or-later
// Which groups an account is in, asked of the name service, which may go to a directory server:
// that hangs, or is away without saying so. Questions go by threads of their own and have a
// deadline; whoever gets no answer knows nothing, and nobody else waits. Owned by the server; main
// thread.
#pragma once

#include "base/task.h"
#include "base/worker_pool.h"
#include "server/access_rules.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gds {

struct GroupQuestion {
    std::string account; // empty: there is nothing to ask
    std::vector<std::string> groups; // as from groups_named()
};

// Blocks. getgrouplist() leaves a directory out that does not answer; so he is taken to be outside
// a group only when that group was found.
AccountGroups read_groups(const GroupQuestion& question);

class GroupLookup {
public:
    using Reader = std::function<AccountGroups(const GroupQuestion& question)>;

    struct Times {
        std::chrono::milliseconds deadline{5'000};
        // When what was not found out may be asked for again.
        std::chrono::milliseconds again{60'000};
    };

    explicit GroupLookup(Reader reader = read_groups);
    GroupLookup(Reader reader, Times times);

    // Nothing is known when the answer did not come in time.
    Task<AccountGroups> ask(WorkerPool& workers, GroupQuestion question);
    std::chrono::milliseconds again() const { return times_.again; }

private:
    Reader reader_;
    Times times_;
};

} // namespace gds
