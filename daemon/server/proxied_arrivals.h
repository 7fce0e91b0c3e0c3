// SPDX-License-Identifier: GPL-2.0-or-later
// Connections from proxies that are trusted to say, by a PROXY header, who is behind them: the
// header is read before anything else is done with them. Owned by the server; main thread.
#pragma once

#include "base/bytes.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "io/listener.h"
#include "server/host_network.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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

    // Also who is waited for has to come from one of them.
    void trust(std::vector<HostNetwork> proxies);
    // It has to begin with a header, and comes back by OnArrival.
    bool expects_header(const Accepted& accepted) const;
    void take(Accepted accepted);
    // Who is waited for.
    void drop_all();

private:
    struct Waiting {
        std::string peer;
        std::string address;
        std::string source;
        Bytes begun; // of the header
        bool over = false;
        TaskScope task;
    };
    using WaitingMap = std::map<std::uint64_t, std::unique_ptr<Waiting>>; // the oldest first

    Task<> receive(Waiting& waiting, Accepted accepted);
    bool is_trusted(const std::string& address) const;
    void make_room();
    void end(WaitingMap::iterator waiting, const std::string& why);

    OnArrival on_arrival_;
    OnFailure on_failure_;
    std::chrono::milliseconds patience_;
    std::vector<HostNetwork> proxies_;
    std::uint64_t last_number_ = 0;
    WaitingMap waiting_;
    // Perhaps from within one of them: dropped from idle.
    std::vector<std::unique_ptr<Waiting>> ended_;
    Source drop_ended_;
};

} // namespace gds
