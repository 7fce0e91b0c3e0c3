// SPDX-License-Identifier: GPL-2.0-or-later
// The server as the service floor sees and commands it. Implemented by the Server and by a fake in
// the tests of the D-Bus objects. Main thread.
#pragma once

#include "server/client_info.h"
#include "server/viewer_call.h"

#include <optional>
#include <string>
#include <vector>

namespace gds {

enum class SharingState { disabled, starting, listening, sharing, failed };

struct ServerStatus {
    SharingState state = SharingState::disabled;
    // A sentence for people (translated), empty when all is well. The policy's complaints are part
    // of it.
    std::string reason;
    // "tcp:192.0.2.1:5900", "tcp:[::1]:5900", "unix:/..."
    std::vector<std::string> endpoints;
    // SHA-256 of the certificate, "AA:BB:..."; empty while there is none.
    std::string tls_fingerprint;
    // Of the key of ra2-256, as viewers show it; empty where that is not listed.
    std::string rsa_fingerprint;

    bool operator==(const ServerStatus&) const = default;
};

// Told of events after they happened. Never called from within a call of ServerControl, so that an
// observer may act, and drop what it keeps of a client, at once.
class ServerObserver {
public:
    virtual ~ServerObserver() = default;
    virtual void on_client_added(const ClientInfo& client) = 0;
    // Anything but the statistics, which are not worth an event; whoever shows them asks again.
    virtual void on_client_changed(const ClientInfo& client) = 0;
    virtual void on_client_removed(unsigned number) = 0;
    virtual void on_status_changed() = 0;
    // After ServerControl::tell_next_traffic(); for several clients it may come more than once.
    virtual void on_traffic() = 0;
};

class ServerControl {
public:
    virtual ~ServerControl() = default;

    virtual ServerStatus status() const = 0;
    virtual std::vector<ClientInfo> clients() const = 0;
    virtual std::optional<ClientInfo> client(unsigned number) const = 0;
    // on_traffic() with the next octets of any client that is there now.
    virtual void tell_next_traffic() = 0;

    // False when there is no such client. `reason` is for the log.
    virtual bool disconnect(unsigned number, const std::string& reason) = 0;
    // Calls that are under way among them.
    virtual void disconnect_all(const std::string& reason) = 0;

    // Live. False when there is no such client, or when the policy lets nobody control: then true
    // is all that can be had.
    virtual bool set_view_only(unsigned number, bool view_only) = 0;

    // Calls a viewer that listens; the answer comes once. Gives a number to cancel it by.
    virtual unsigned call_viewer(ViewerCall call, OnCallAnswer answer) = 0;
    // It is answered so, if it was not yet.
    virtual void cancel_call(unsigned number, const std::string& why) = 0;

    // One observer, which outlives the server or takes itself out with null.
    virtual void set_observer(ServerObserver* observer) = 0;
};

} // namespace gds
