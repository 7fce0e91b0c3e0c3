// SPDX-License-Identifier: GPL-2.0-or-later
// A connection that is to become a client, whoever made it.
#pragma once

#include "io/listener.h"
#include "io/socket_stream.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace gds {

struct Arrival {
    std::unique_ptr<SocketStream> socket;
    std::unique_ptr<ByteStream> layer; // over it, of a proxy's; may be null
    std::string peer; // as in Accepted, or "viewer.example.org:5500" behind a proxy
    std::string address; // empty: a unix socket, or a name that only a proxy knows the address of
    std::string source;
    bool of_proxy_itself = false;
    bool of_own_user = false; // as in Accepted
    bool behind_proxy = false; // called there: the address is what the proxy was asked for
    // To begin with.
    bool view_only = false;
    // Beyond the time that a login may take: somebody else has to come first.
    std::chrono::milliseconds more_patience{0};
};

inline Arrival arrival_of(Accepted accepted)
{
    Arrival arrival;
    arrival.socket = std::make_unique<SocketStream>(std::move(accepted.socket));
    arrival.peer = std::move(accepted.peer);
    arrival.address = std::move(accepted.address);
    arrival.source = std::move(accepted.source);
    arrival.of_own_user = accepted.of_own_user;
    arrival.of_proxy_itself = accepted.of_proxy_itself;
    return arrival;
}

} // namespace gds
