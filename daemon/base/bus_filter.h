// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at every method call that comes in on an sdbus-c++ connection, before anything answers it,
// and may refuse it. sdbus-c++ has no such thing, sd-bus below it has. Owned by main; dropped
// before the connection. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace sdbus {
class IConnection;
}
// NOLINTNEXTLINE(bugprone-reserved-identifier): as sd-bus calls it
struct sd_bus_message;

namespace gds {

// What Properties.Set was called with.
struct PropertyWrite {
    std::string interface;
    std::string property;
    std::string type; // the D-Bus signature of the value
};

// A call that came in; lives as long as the judgement of it.
class BusCall {
public:
    explicit BusCall(sd_bus_message* message) : message_(message) {}

    // The unique name of the caller; empty on a connection without a bus.
    std::string sender() const;
    std::string interface() const;
    std::string member() const;

    struct Credentials {
        uid_t uid;
        pid_t pid;
    };
    // As the bus knows them, which is asked and waited for; nothing: it does not know.
    std::optional<Credentials> credentials() const;

    // Nothing: this is no well-formed call of Properties.Set.
    std::optional<PropertyWrite> property_write() const;

private:
    sd_bus_message* message_;
};

struct BusRefusal {
    std::string name; // "org.freedesktop.DBus.Error.AccessDenied"
    std::string message;
};

class BusFilter {
public:
    // Nothing: let it through.
    using Judge = std::function<std::optional<BusRefusal>(const BusCall& call)>;

    // Throws sdbus::Error.
    BusFilter(sdbus::IConnection& connection, Judge judge);
    ~BusFilter();
    BusFilter(const BusFilter&) = delete;
    BusFilter& operator=(const BusFilter&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace gds
