// SPDX-License-Identifier: GPL-2.0-or-later
// Connections from proxies that are trusted to say, by a PROXY header, who is behind them: the
// header is read before anything else is done with them. Owned by the server; main thread.
#pragma once

#include "base/task_scope.h"
#include "io/listener.h"
#include "server/host_network.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gds {

class ProxiedArrivals {
public:
    // With the address that the header names.
    using OnArrival = std::function<void(Accepted)>;
    // Without one: it was closed. `why` is for the journal.
    using OnFailure = std::function<void(const std::string& peer, const std::string& source,
                                         const std::string& why)>;

    ProxiedArrivals(OnArrival on_arrival, OnFailure on_failure,
                    std::chrono::milliseconds patience = std::chrono::seconds{5});

    void trust(std::vector<HostNetwork> proxies) { proxies_ = std::move(proxies); }
    // It has to begin with a header, and comes back by OnArrival.
    bool expects_header(const Accepted& accepted) const;
    void take(Accepted accepted);
    // Who is waited for.
    void drop_all();

private:
    Task<> receive(Accepted accepted);

    OnArrival on_arrival_;
    OnFailure on_failure_;
    std::chrono::milliseconds patience_;
    std::vector<HostNetwork> proxies_;
    std::size_t waiting_ = 0;
    TaskScope tasks_;
};

} // namespace gds
