// SPDX-License-Identifier: GPL-2.0-or-later
// MutterSession: the desktop by Mutter's own remote desktop and screen cast interfaces, as GNOME
// Remote Desktop has it. Nobody is asked, so it is for machines with nobody at the desk. Owned by
// PortalCapture; dropping it closes the session.
#pragma once

#include "base/bus_call.h"
#include "base/task_scope.h"
#include "base/wakeup.h"
#include "portal/desktop_session.h"
#include "portal/mutter_monitors.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class MutterSession final : public DesktopSession {
public:
    // The connection outlives it.
    MutterSession(sdbus::IConnection& connection, Events events);
    ~MutterSession() override;
    MutterSession(const MutterSession&) = delete;
    MutterSession& operator=(const MutterSession&) = delete;

    Task<SessionGrant> open(SessionWishes wishes) override;
    std::unique_ptr<RemoteInput> input() override;
    void forget() override { open_ = false; }

private:
    struct Stream {
        std::string path;
        std::optional<std::string> connector; // none: an extra monitor
        std::optional<std::uint32_t> node_id;
    };

    Task<SessionGrant> negotiate(SessionWishes wishes);
    Task<> create_sessions();
    Task<> record(SessionWishes wishes);
    Task<> hear_nodes();
    Task<SharedMonitor> describe(Stream stream);
    Task<> look_at_monitors();

    sdbus::IConnection& connection_;
    Events events_;
    MonitorChoice choice_ = MonitorChoice::all;
    std::vector<MutterMonitor> recorded_;
    std::unique_ptr<sdbus::IProxy> session_;
    std::unique_ptr<sdbus::IProxy> cast_;
    std::vector<Stream> streams_;
    InputGrant granted_;
    UniqueFd eis_; // none: input goes by the Notify methods
    bool open_ = false;
    Wakeup node_news_;
    sdbus::Slot closed_;
    sdbus::Slot nodes_;
    sdbus::Slot monitors_changed_;
    TaskScope looking_;
};

} // namespace gds
