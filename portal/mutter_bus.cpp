// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_bus.h"

#include <chrono>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_limit{5'000};

} // namespace

Task<std::unique_ptr<sdbus::IProxy>> create_mutter_session(sdbus::IConnection& connection,
                                                           const char* service, const char* path,
                                                           std::optional<VariantMap> options)
{
    const auto maker =
        sdbus::createProxy(connection, sdbus::ServiceName{service}, sdbus::ObjectPath{path});
    auto create = sdbus_method_call(*maker, service, "CreateSession");
    if (options) {
        create << *options;
    }
    auto reply = co_await call_bus(*maker, std::move(create), k_limit);
    sdbus::ObjectPath made;
    reply >> made;
    co_return sdbus::createProxy(connection, sdbus::ServiceName{service}, made);
}

std::string mutter_signal(const char* service, const char* interface, const char* member,
                          const std::string& path)
{
    return std::string{"type='signal',sender='"} + service + "',interface='" + interface +
           "',member='" + member + "'" + (path.empty() ? "" : ",path='" + path + "'");
}

} // namespace gds
