// SPDX-License-Identifier: GPL-2.0-or-later
// sdbus-c++ 1.x and 2.x (GDS_SDBUS_2) under one set of names; the only file that knows them apart.
// What both have is used as it is. 2.x tells names apart by type; on 1.x those types are strings,
// so write
//     sdbus::createProxy(bus, sdbus::ServiceName{"org.example"},
//     sdbus::ObjectPath{"/org/example"});
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#ifndef GDS_SDBUS_2
namespace sdbus {

using ServiceName = std::string;
using BusName = std::string;
using InterfaceName = std::string;
using MemberName = std::string;
using MethodName = std::string;
using SignalName = std::string;
using PropertyName = std::string;

} // namespace sdbus
#endif

namespace gds {

// An error to be thrown at the caller: `name` is "org.gnome.DesktopSharing.Error.Locked".
inline sdbus::Error sdbus_error(const std::string& name, const std::string& message)
{
#ifdef GDS_SDBUS_2
    return sdbus::Error{sdbus::Error::Name{name}, message};
#else
    return sdbus::Error{name, message};
#endif
}

inline sdbus::MethodCall sdbus_method_call(sdbus::IProxy& proxy, const std::string& interface,
                                           const std::string& method)
{
    return proxy.createMethodCall(sdbus::InterfaceName{interface}, sdbus::MethodName{method});
}

// `handler(reply, error)` is called from the main loop; `error` is like a pointer, null when all
// went well. Take both as auto&&.
template <typename Handler>
sdbus::PendingAsyncCall sdbus_call_async(sdbus::IProxy& proxy, const sdbus::MethodCall& message,
                                         Handler handler, std::chrono::microseconds limit)
{
    const auto timeout = static_cast<std::uint64_t>(limit.count());
#ifdef GDS_SDBUS_2
    return proxy.callMethodAsync(
        message,
        [handler = std::move(handler)](sdbus::MethodReply reply,
                                       std::optional<sdbus::Error> error) mutable {
            handler(reply, error);
        },
        timeout);
#else
    return proxy.callMethod(
        message,
        [handler = std::move(handler)](sdbus::MethodReply& reply,
                                       const sdbus::Error* error) mutable {
            handler(reply, error);
        },
        timeout);
#endif
}

// `handler(message)`, with message as auto&&, until the slot is dropped.
template <typename Handler>
[[nodiscard]] sdbus::Slot sdbus_add_match(sdbus::IConnection& connection, const std::string& match,
                                          Handler handler)
{
#ifdef GDS_SDBUS_2
    return connection.addMatch(
        match, [handler = std::move(handler)](sdbus::Message message) mutable { handler(message); },
        sdbus::return_slot);
#else
    return connection.addMatch(match, [handler = std::move(handler)](
                                          sdbus::Message& message) mutable { handler(message); });
#endif
}

// Properties that are known only when the program runs; those of generated adaptors need none of
// this.
struct SdbusProperty {
    std::string name;
    std::string type;
    std::function<void(sdbus::Message& reply)> read;
    std::function<void(sdbus::Message& value)> write;
};

// Of one interface; the object has no other.
inline void sdbus_add_properties(sdbus::IObject& object, const std::string& interface,
                                 std::vector<SdbusProperty> properties)
{
#ifdef GDS_SDBUS_2
    std::vector<sdbus::VTableItem> items;
    for (auto& each : properties) {
        items.emplace_back(sdbus::PropertyVTableItem{
            sdbus::PropertyName{each.name},
            sdbus::Signature{each.type},
            [read = std::move(each.read)](sdbus::PropertyGetReply& reply) { read(reply); },
            [write = std::move(each.write)](sdbus::PropertySetCall value) { write(value); },
            {}});
    }
    object.addVTable(sdbus::InterfaceName{interface}, std::move(items));
#else
    for (auto& each : properties) {
        object.registerProperty(
            interface, each.name, each.type,
            [read = std::move(each.read)](sdbus::PropertyGetReply& reply) { read(reply); },
            [write = std::move(each.write)](sdbus::PropertySetCall& value) { write(value); });
    }
    object.finishRegistration();
#endif
}

// Who sent the message that `object` (an IObject or IProxy) deals with now; empty outside of a
// call.
template <typename Object>
std::string sdbus_sender(const Object& object)
{
#ifdef GDS_SDBUS_2
    const auto message = object.getCurrentlyProcessedMessage();
    const char* const sender = message.isValid() ? message.getSender() : nullptr;
    return sender != nullptr ? sender : "";
#else
    const auto* const message = object.getCurrentlyProcessedMessage();
    return message != nullptr ? message->getSender() : std::string{};
#endif
}

// --- for BusSource

struct SdbusPoll {
    int fd;
    short events;
    int event_fd; // -1: there is none
    int timeout_ms; // -1: none; 0: there is something to process already
};

inline SdbusPoll sdbus_poll(const sdbus::IConnection& connection)
{
    const auto data = connection.getEventLoopPollData();
#ifdef GDS_SDBUS_2
    return {data.fd, data.events, data.eventFd, data.getPollTimeout()};
#else
    return {data.fd, data.events, -1, data.getPollTimeout()};
#endif
}

// Processes one message; false: there was none.
inline bool sdbus_process_one(sdbus::IConnection& connection)
{
#ifdef GDS_SDBUS_2
    return connection.processPendingEvent();
#else
    return connection.processPendingRequest();
#endif
}

} // namespace gds
