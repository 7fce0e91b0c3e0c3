// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/network_check.h"

#include "base/translate.h"
#include "cli/doctor/bus_question.h"
#include "service/sentence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace gds::cli {

namespace {

constexpr const char* k_port = "port";
constexpr const char* k_addresses = "addresses";
constexpr const char* k_firewall = "firewall";

struct Endpoint {
    std::string host; // numeric, without brackets
    std::uint16_t port = 0;
};

std::optional<Endpoint> parse_endpoint(std::string_view text)
{
    constexpr std::string_view k_tcp = "tcp:";
    const auto colon = text.rfind(':');
    if (!text.starts_with(k_tcp) || colon < k_tcp.size()) {
        return std::nullopt;
    }
    Endpoint endpoint;
    auto host = text.substr(k_tcp.size(), colon - k_tcp.size());
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    endpoint.host = host;
    const auto port = text.substr(colon + 1);
    std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    return endpoint;
}

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

std::string with_port(const std::string& host, std::uint16_t port)
{
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// Where others reach what listens there.
std::vector<std::string> reachable(const std::vector<std::string>& endpoints,
                                   const std::vector<std::string>& own_addresses)
{
    std::vector<std::string> places;
    const auto add = [&places](std::string place) {
        if (std::ranges::find(places, place) == places.end()) {
            places.push_back(std::move(place));
        }
    };
    for (const auto& text : endpoints) {
        const auto endpoint = parse_endpoint(text);
        if (!endpoint || is_loopback(endpoint->host)) {
            continue;
        }
        if (endpoint->host != "0.0.0.0" && endpoint->host != "::") {
            add(with_port(endpoint->host, endpoint->port));
            continue;
        }
        const bool six = endpoint->host == "::";
        for (const auto& address : own_addresses) {
            if (six == (address.find(':') != std::string::npos)) {
                add(with_port(address, endpoint->port));
            }
        }
    }
    return places;
}

bool listens_everywhere(const std::vector<std::string>& endpoints)
{
    return std::ranges::any_of(endpoints, [](const std::string& text) {
        const auto endpoint = parse_endpoint(text);
        return endpoint && (endpoint->host == "0.0.0.0" || endpoint->host == "::");
    });
}

std::string listed(const std::vector<std::string>& words)
{
    std::string list;
    for (const auto& word : words) {
        list += (list.empty() ? "" : ", ") + word;
    }
    return list;
}

std::string to_text(const sockaddr* address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto* four = reinterpret_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
    } else if (address->sa_family == AF_INET6) {
        const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
        if (!IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) {
            inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
        }
    }
    return text.data();
}

std::vector<std::string> own_addresses()
{
    std::vector<std::string> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return found;
    }
    for (const auto* each = list; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr != nullptr && (each->ifa_flags & IFF_UP) != 0 &&
            (each->ifa_flags & IFF_LOOPBACK) == 0) {
            if (auto text = to_text(each->ifa_addr); !text.empty()) {
                found.push_back(std::move(text));
            }
        }
    }
    freeifaddrs(list);
    return found;
}

bool ufw_is_on()
{
    std::ifstream file{"/etc/ufw/ufw.conf"};
    for (std::string line; std::getline(file, line);) {
        if (line == "ENABLED=yes") {
            return true;
        }
    }
    return false;
}

bool unit_is_active(const char* unit)
{
    const auto found = ask_bus({.bus = G_BUS_TYPE_SYSTEM,
                                .name = "org.freedesktop.systemd1",
                                .path = "/org/freedesktop/systemd1",
                                .interface = "org.freedesktop.systemd1.Manager",
                                .method = "GetUnit",
                                .arguments = g_variant_new("(s)", unit),
                                .start = BusStart::forbidden});
    if (!found.value || g_variant_is_of_type(found.value.get(), G_VARIANT_TYPE("(o)")) == FALSE) {
        return false;
    }
    const char* path = nullptr;
    g_variant_get(found.value.get(), "(&o)", &path);
    const auto properties = ask_properties({.bus = G_BUS_TYPE_SYSTEM,
                                            .name = "org.freedesktop.systemd1",
                                            .path = path,
                                            .interface = nullptr,
                                            .method = nullptr},
                                           "org.freedesktop.systemd1.Unit");
    const char* state = nullptr;
    return properties.value &&
           g_variant_lookup(properties.value.get(), "ActiveState", "&s", &state) != FALSE &&
           std::string_view{state} == "active";
}

std::string find_firewall()
{
    if (has_owner("org.fedoraproject.FirewallD1", G_BUS_TYPE_SYSTEM)) {
        return "firewalld";
    }
    if (ufw_is_on()) {
        return "ufw";
    }
    return unit_is_active("nftables.service") ? "nftables" : "";
}

Finding judge_taken(const NetworkFacts& facts, const PortWishes& wishes, std::uint16_t instead)
{
    const unsigned port = wishes.port;
    constexpr unsigned k_step = 10; // displays of other VNC servers come one after another
    const unsigned other = port + k_step <= UINT16_MAX ? port + k_step : port - k_step;
    const std::string owner =
        facts.port.owner.empty() ? _("a program of another user") : facts.port.owner;
    const auto next = sentence(
        _("End that program, or choose another port: “gsettings set org.gnome.desktop-sharing port "
          "%u”."),
        other);
    if (instead != 0) {
        return warning(
            k_port,
            sentence(_("Port %u is taken by %s, so that viewers have to ask for port %u."), port,
                     owner.c_str(), static_cast<unsigned>(instead)),
            next);
    }
    auto what = sentence(_("Port %u is taken by %s."), port, owner.c_str());
    return wishes.negotiate ? warning(k_port, std::move(what), next)
                            : fault(k_port, std::move(what), next);
}

} // namespace

NetworkFacts gather_network(std::uint16_t port)
{
    return {find_port_owner(port), own_addresses(), find_firewall()};
}

Findings judge_port(const NetworkFacts& facts, const PortWishes& wishes)
{
    std::uint16_t first = 0;
    for (const auto& text : wishes.endpoints) {
        const auto endpoint = parse_endpoint(text);
        if (endpoint && endpoint->port == wishes.port) {
            return {well(k_port, sentence(_("The sharing service listens on port %u."),
                                          static_cast<unsigned>(wishes.port)))};
        }
        first = endpoint && first == 0 ? endpoint->port : first;
    }
    if (facts.port.taken) {
        return {judge_taken(facts, wishes, first)};
    }
    if (first != 0) {
        return {well(k_port, sentence(_("The sharing service listens on port %u."),
                                      static_cast<unsigned>(first)))};
    }
    return {well(k_port, sentence(_("Port %u is free."), static_cast<unsigned>(wishes.port)))};
}

Findings judge_addresses(const NetworkFacts& facts, const std::vector<std::string>& endpoints)
{
    if (endpoints.empty()) {
        return {};
    }
    const auto places = reachable(endpoints, facts.addresses);
    if (!places.empty()) {
        return {
            well(k_addresses, sentence(_("Viewers can connect to %s."), listed(places).c_str()))};
    }
    if (listens_everywhere(endpoints)) {
        return {warning(k_addresses,
                        _("This computer has no address at which others can reach it."),
                        _("Connect it to a network."))};
    }
    return {warning(
        k_addresses,
        sentence(_("Only viewers on this computer can connect, to %s."), listed(endpoints).c_str()),
        _("To let others in, clear the list with “gsettings reset "
          "org.gnome.desktop-sharing listen-addresses”."))};
}

Findings judge_firewall(const NetworkFacts& facts, const std::vector<std::string>& endpoints)
{
    if (facts.firewall.empty() || reachable(endpoints, facts.addresses).empty()) {
        return {};
    }
    unsigned port = 0;
    for (const auto& text : endpoints) {
        const auto endpoint = parse_endpoint(text);
        port = endpoint && port == 0 ? endpoint->port : port;
    }
    std::string next;
    if (facts.firewall == "firewalld") {
        next = sentence(
            _("If they are kept out, open the port: “sudo firewall-cmd --add-port=%u/tcp”."), port);
    } else if (facts.firewall == "ufw") {
        next = sentence(_("If they are kept out, open the port: “sudo ufw allow %u/tcp”."), port);
    } else {
        next = sentence(_("If they are kept out, accept TCP port %u in /etc/nftables.conf."), port);
    }
    return {warning(
        k_firewall,
        sentence(_("The firewall %s is on, and may keep viewers out."), facts.firewall.c_str()),
        std::move(next))};
}

} // namespace gds::cli
