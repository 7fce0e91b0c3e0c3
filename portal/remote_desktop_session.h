// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteDesktopSession: one session of xdg-desktop-portal, from CreateSession to the PipeWire
// descriptor. Remote desktop with screen cast where the portal has both, screen cast alone (nobody
// controls) where it has not. Owned by PortalCapture; dropping it closes the session.
#pragma once

#include "portal/desktop_session.h"
#include "portal/portal_bus.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gds {

class RemoteDesktopSession final : public DesktopSession {
public:
    // The bus outlives it.
    RemoteDesktopSession(PortalBus& bus, Events events);
    ~RemoteDesktopSession() override;
    RemoteDesktopSession(const RemoteDesktopSession&) = delete;
    RemoteDesktopSession& operator=(const RemoteDesktopSession&) = delete;

    Task<SessionGrant> open(SessionWishes wishes) override;
    std::unique_ptr<RemoteInput> input() override;
    void forget() override { open_ = false; }

private:
    PortalBus& bus_;
    Events events_;
    std::string path_;
    InputGrant granted_;
    UniqueFd eis_; // none: input goes by the Notify methods
    bool mutter_ = false; // draws the desktop
    bool open_ = false;
    PortalBus::Subscription closed_;
};

} // namespace gds
