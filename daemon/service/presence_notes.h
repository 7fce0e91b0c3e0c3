// SPDX-License-Identifier: GPL-2.0-or-later
// PresenceNotes: a notification for everybody who is connected, with a button that throws him out.
// Owned by main; main thread.
#pragma once

#include "base/task_scope.h"
#include "server/server_control.h"
#include "service/notifications.h"

#include <map>
#include <memory>

namespace gds {

class PresenceNotes {
public:
    // Both outlive it.
    PresenceNotes(Notifications& notifications, ServerControl& server);

    // Somebody may have come or gone.
    void look();

private:
    Task<> show(ClientInfo client);

    Notifications& notifications_;
    ServerControl& server_;
    // A note goes with its client, and another comes when he may do other things.
    struct Shown {
        bool view_only = false;
        std::unique_ptr<TaskScope> task;
    };
    std::map<unsigned, Shown> notes_;
};

} // namespace gds
