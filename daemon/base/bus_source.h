// SPDX-License-Identifier: GPL-2.0-or-later
// BusSource: serves an sdbus-c++ connection from the thread-default GMainContext. The connection is
// its caller's and outlives it. Main thread.
#pragma once

#include <functional>
#include <memory>

namespace sdbus {
class IConnection;
}

namespace gds {

class BusSource {
public:
    // `on_lost` is called once, from the main loop, when the connection to the bus is gone; it may
    // drop this source.
    explicit BusSource(sdbus::IConnection& connection, std::function<void()> on_lost = {});
    ~BusSource();
    BusSource(const BusSource&) = delete;
    BusSource& operator=(const BusSource&) = delete;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace gds
