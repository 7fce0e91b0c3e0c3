// SPDX-License-Identifier: GPL-2.0-or-later
// One call on a message bus for the doctor, which waits for it on a thread of its own. That nobody
// answers is an answer here, and not an error.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <gio/gio.h>

namespace gds::cli {

enum class BusTrouble {
    none,
    no_bus,
    absent, // the name has no owner and cannot be started
    silent, // it is there and does not answer
    refused, // it answers with an error
};

struct BusAnswer {
    BusTrouble trouble = BusTrouble::none;
    std::shared_ptr<GVariant> value; // the tuple of the reply; null with any trouble
    std::string why; // of `refused`
};

enum class BusStart { allowed, forbidden };

struct BusQuestion {
    GBusType bus = G_BUS_TYPE_SESSION;
    const char* name;
    std::string path;
    const char* interface;
    const char* method;
    GVariant* arguments = nullptr; // adopted, also when there is no bus
    BusStart start = BusStart::allowed;
};

BusAnswer ask_bus(const BusQuestion& question);

// False also when that cannot be found out.
bool has_owner(const char* name, GBusType bus = G_BUS_TYPE_SESSION);

// Name and value of all properties, as a{sv} in the answer's place.
BusAnswer ask_properties(BusQuestion question, const char* interface);

} // namespace gds::cli
