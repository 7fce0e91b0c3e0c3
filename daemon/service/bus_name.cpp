// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/bus_name.h"

#include "base/translate.h"

#include <cstdint>

namespace gds {

namespace {

// D-Bus specification, org.freedesktop.DBus.RequestName
constexpr std::uint32_t k_allow_replacement = 1;
constexpr std::uint32_t k_replace_existing = 2;
constexpr std::uint32_t k_do_not_queue = 4;
constexpr std::uint32_t k_primary_owner = 1;
constexpr std::uint32_t k_already_owner = 4;

constexpr const char* k_bus = "org.freedesktop.DBus";

} // namespace

BusName::BusName(sdbus::IConnection& bus, Replace replace, std::function<void()> on_lost)
    : message_bus_(sdbus::createProxy(bus, sdbus::ServiceName{k_bus},
                                      sdbus::ObjectPath{"/org/freedesktop/DBus"}))
{
    lost_ = sdbus_add_match(bus,
                            std::string{"type='signal',sender='org.freedesktop.DBus',"
                                        "interface='org.freedesktop.DBus',member='NameLost',"
                                        "arg0='"} +
                                k_name + "'",
                            [this](auto&&) { lost(); });

    auto request = sdbus_method_call(*message_bus_, k_bus, "RequestName");
    std::uint32_t flags = k_allow_replacement | k_do_not_queue;
    if (replace == Replace::yes) {
        flags |= k_replace_existing;
    }
    request << std::string{k_name} << flags;
    auto reply = message_bus_->callMethod(request);
    std::uint32_t outcome = 0;
    reply >> outcome;
    if (outcome != k_primary_owner && outcome != k_already_owner) {
        throw NameTaken{_("Another instance already shares this session. Use it, or take over from "
                          "it with --replace.")};
    }
    // Only now: losing a name begins with having it.
    on_lost_ = std::move(on_lost);
}

BusName::~BusName()
{
    lost_ = {};
    on_lost_ = {};
    try {
        auto release = sdbus_method_call(*message_bus_, k_bus, "ReleaseName");
        release << std::string{k_name};
        release.dontExpectReply();
        message_bus_->callMethod(release);
    } catch (const sdbus::Error&) { // the bus is gone, and the name with it
    }
}

void BusName::lost()
{
    if (const auto callback = std::exchange(on_lost_, {})) {
        callback();
    }
}

} // namespace gds
