// SPDX-License-Identifier: GPL-2.0-or-later
// One client on D-Bus, /org/gnome/DesktopSharing/clients/N. Translates and decides nothing. Owned
// by DaemonObject.
#pragma once

#include "server/server_control.h"
#include "service/frame_rate_meter.h"

#include "base/sdbus_compat.h"
#include "client_adaptor.h"

#include <string>
#include <vector>

namespace gds {

class ClientObject final
    : private sdbus::AdaptorInterfaces<org::gnome::DesktopSharing::Client_adaptor,
                                       sdbus::ManagedObject_adaptor> {
public:
    static std::string path_of(unsigned number);

    // Announces itself; the object manager above it must be there already.
    ClientObject(sdbus::IConnection& bus, ServerControl& server, const ClientInfo& client);
    ~ClientObject();
    ClientObject(const ClientObject&) = delete;
    ClientObject& operator=(const ClientObject&) = delete;

    // Signals what differs from what was signalled last, but for the statistics.
    void changed(const ClientInfo& now);
    // The same with the statistics; called at most once a second. False: these are at rest, and
    // stay so until something is sent or comes.
    bool look(const ClientInfo& now, FrameRateMeter::Clock::time_point at);

private:
    // The client as it is now; after its end, as it was last seen.
    ClientInfo current() const;
    void signal(const std::vector<const char*>& properties) noexcept;

    void Disconnect(const std::string& reason) override;
    std::string State() override;
    std::string User() override;
    std::string Address() override;
    std::string SecurityType() override;
    std::string Mechanism() override;
    std::uint32_t Ssf() override;
    std::int64_t ConnectedSince() override;
    bool ViewOnly() override;
    void ViewOnly(const bool& value) override;
    std::string Encoding() override;
    double FrameRate() override;
    std::uint32_t RoundTripTime() override;
    std::uint64_t BytesSent() override;
    std::uint64_t BytesReceived() override;
    std::uint64_t FramesSent() override;
    std::int64_t LastInputTime() override;

    ServerControl& server_;
    ClientInfo told_;
    FrameRateMeter frame_rate_;
    double told_frame_rate_ = 0;
};

} // namespace gds
