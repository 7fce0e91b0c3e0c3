// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_monitors.h"

#include "base/bus_call.h"
#include "portal/desktop_session.h"
#include "portal/mutter_bus.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_limit{5'000};

// What GetCurrentState tells, by Mutter's description of the interface.
using MonitorSpec = sdbus::Struct<std::string, std::string, std::string, std::string>;
using Mode = sdbus::Struct<std::string, std::int32_t, std::int32_t, double, double,
                           std::vector<double>, VariantMap>;
using PhysicalMonitor = sdbus::Struct<MonitorSpec, std::vector<Mode>, VariantMap>;
using LogicalMonitor = sdbus::Struct<std::int32_t, std::int32_t, double, std::uint32_t, bool,
                                     std::vector<MonitorSpec>, VariantMap>;

Size current_mode(const std::vector<Mode>& modes)
{
    for (const auto& mode : modes) {
        if (variant_or(std::get<6>(mode), "is-current", false)) {
            return {std::get<1>(mode), std::get<2>(mode)};
        }
    }
    return {};
}

} // namespace

Task<std::vector<MutterMonitor>> read_mutter_monitors(sdbus::IConnection& connection)
{
    const auto config = sdbus::createProxy(connection, sdbus::ServiceName{k_mutter_display_config},
                                           sdbus::ObjectPath{k_mutter_display_config_path});
    auto get = sdbus_method_call(*config, k_mutter_display_config, "GetCurrentState");
    auto reply = co_await call_bus(*config, std::move(get), k_limit);
    std::uint32_t serial = 0;
    std::vector<PhysicalMonitor> physical;
    std::vector<LogicalMonitor> logical;
    reply >> serial;
    reply >> physical;
    reply >> logical;

    std::map<std::string, Size> modes;
    for (const auto& monitor : physical) {
        modes[std::get<0>(std::get<0>(monitor))] = current_mode(std::get<1>(monitor));
    }
    std::vector<MutterMonitor> monitors;
    for (const auto& each : logical) {
        const auto& members = std::get<5>(each);
        if (members.empty() || monitors.size() == k_most_monitors) {
            continue;
        }
        MutterMonitor monitor;
        monitor.connector = std::get<0>(members.front());
        monitor.position = {std::get<0>(each), std::get<1>(each)};
        monitor.mode = modes[monitor.connector];
        monitor.scale = std::get<2>(each);
        monitor.transform = std::get<3>(each);
        monitor.primary = std::get<4>(each);
        monitors.push_back(std::move(monitor));
    }
    co_return monitors;
}

std::vector<MutterMonitor> chosen_of(std::vector<MutterMonitor> monitors, MonitorChoice choice)
{
    switch (choice) {
    case MonitorChoice::all:
        return monitors;
    case MonitorChoice::primary: {
        const auto primary = std::ranges::find(monitors, true, &MutterMonitor::primary);
        return primary != monitors.end() ? std::vector{*primary} : std::vector<MutterMonitor>{};
    }
    case MonitorChoice::virtual_monitor:
        break;
    }
    return {};
}

} // namespace gds
