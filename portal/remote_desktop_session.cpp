// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/remote_desktop_session.h"

#include "base/log.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "portal/eis_input.h"
#include "portal/mutter_bus.h"
#include "portal/portal_input.h"
#include "portal/portal_request.h"

#include <tuple>
#include <utility>

namespace gds {
namespace {

// The words of the portal's interface documentation.
constexpr std::uint32_t k_device_keyboard = 1;
constexpr std::uint32_t k_device_pointer = 2;
constexpr std::uint32_t k_source_monitor = 1;
constexpr std::uint32_t k_source_virtual = 4;
constexpr std::uint32_t k_cursor_embedded = 2;
constexpr std::uint32_t k_cursor_metadata = 4;
constexpr std::uint32_t k_persist_until_revoked = 2;

// How long a person may think about the dialog.
constexpr std::chrono::milliseconds k_answer_limit{60'000};

struct PortalOffer {
    std::uint32_t screen_cast_version = 0;
    std::uint32_t source_types = 0;
    std::uint32_t cursor_modes = 0;
    std::uint32_t remote_desktop_version = 0;
    std::uint32_t device_types = 0;
    std::uint32_t clipboard_version = 0;

    std::uint32_t devices() const { return device_types & (k_device_keyboard | k_device_pointer); }
};

// Nothing when the portal does not have the interface.
Task<std::optional<VariantMap>> read_properties(PortalBus& bus, const char* interface)
{
    auto message = sdbus_method_call(bus.portal(), "org.freedesktop.DBus.Properties", "GetAll");
    message << std::string{interface};
    std::optional<sdbus::Error> error;
    std::optional<VariantMap> values;
    try {
        auto reply = co_await call_bus(bus.portal(), std::move(message), k_bus_call_limit);
        bus.learn_owner(reply.getSender());
        values.emplace();
        reply >> *values;
    } catch (const sdbus::Error& caught) {
        error = caught;
    }
    if (error) {
        const std::string name = error->getName();
        if (name != "org.freedesktop.DBus.Error.InvalidArgs" &&
            name != "org.freedesktop.DBus.Error.UnknownInterface" &&
            name != "org.freedesktop.DBus.Error.UnknownMethod" &&
            name != "org.freedesktop.DBus.Error.UnknownObject") {
            throw *error;
        }
    }
    co_return values;
}

Task<PortalOffer> read_offer(PortalBus& bus)
{
    PortalOffer offer;
    const auto screen_cast = co_await read_properties(bus, k_screen_cast_interface);
    if (screen_cast) {
        offer.screen_cast_version = variant_or(*screen_cast, "version", std::uint32_t{0});
        offer.source_types = variant_or(*screen_cast, "AvailableSourceTypes", std::uint32_t{0});
        offer.cursor_modes = variant_or(*screen_cast, "AvailableCursorModes", std::uint32_t{0});
    }
    const auto remote_desktop = co_await read_properties(bus, k_remote_desktop_interface);
    if (remote_desktop) {
        offer.remote_desktop_version = variant_or(*remote_desktop, "version", std::uint32_t{0});
        offer.device_types = variant_or(*remote_desktop, "AvailableDeviceTypes", std::uint32_t{0});
    }
    const auto clipboard = co_await read_properties(bus, k_clipboard_interface);
    if (clipboard) {
        offer.clipboard_version = variant_or(*clipboard, "version", std::uint32_t{0});
    }
    co_return offer;
}

void check_offer(const PortalOffer& offer, MonitorChoice monitors)
{
    if (offer.screen_cast_version == 0 || offer.source_types == 0) {
        throw CaptureUnavailable{_(
            "This desktop cannot share its screen: no screen cast backend of xdg-desktop-portal is "
            "installed. Install the one for this desktop, for instance xdg-desktop-portal-gnome.")};
    }
    if (monitors == MonitorChoice::virtual_monitor &&
        (offer.source_types & k_source_virtual) == 0) {
        throw CaptureUnavailable{
            _("This desktop cannot make an extra monitor for the viewer. Choose "
              "to share all monitors or the primary one instead.")};
    }
}

VariantMap persistence(const SessionWishes& wishes)
{
    VariantMap options;
    options["persist_mode"] = sdbus::Variant{k_persist_until_revoked};
    if (wishes.restore_token) {
        options["restore_token"] = sdbus::Variant{*wishes.restore_token};
    }
    return options;
}

VariantMap device_options(const PortalOffer& offer, const SessionWishes& wishes)
{
    VariantMap options;
    options["types"] = sdbus::Variant{offer.devices()};
    // Before version 2 nothing of a remote desktop session can be remembered.
    if (offer.remote_desktop_version >= 2) {
        options.merge(persistence(wishes));
    }
    return options;
}

std::optional<std::uint32_t> cursor_mode(std::uint32_t offered, PointerDelivery wish)
{
    const bool apart = (offered & k_cursor_metadata) != 0;
    const bool painted = (offered & k_cursor_embedded) != 0;
    if (apart && (wish == PointerDelivery::apart || !painted)) {
        return k_cursor_metadata;
    }
    return painted ? std::optional{k_cursor_embedded} : std::nullopt;
}

VariantMap source_options(const PortalOffer& offer, const SessionWishes& wishes, bool with_input)
{
    VariantMap options;
    const bool extra = wishes.monitors == MonitorChoice::virtual_monitor;
    options["types"] = sdbus::Variant{extra ? k_source_virtual : k_source_monitor};
    options["multiple"] = sdbus::Variant{wishes.monitors == MonitorChoice::all};
    if (offer.screen_cast_version >= 2) {
        if (const auto mode = cursor_mode(offer.cursor_modes, wishes.pointer)) {
            options["cursor_mode"] = sdbus::Variant{*mode};
        }
    }
    // In a remote desktop session the portal takes this for an error.
    if (!with_input && offer.screen_cast_version >= 4) {
        options.merge(persistence(wishes));
    }
    return options;
}

using IntPair = sdbus::Struct<std::int32_t, std::int32_t>;
using StreamList = std::vector<sdbus::Struct<std::uint32_t, VariantMap>>;

std::vector<SharedMonitor> parse_streams(const VariantMap& results)
{
    std::vector<SharedMonitor> streams;
    const auto* value = find_variant<StreamList>(results, "streams");
    if (value == nullptr) {
        return streams;
    }
    for (const auto& entry : value->get<StreamList>()) {
        if (streams.size() == k_most_monitors) {
            log_warning("the portal shares more monitors than are taken");
            break;
        }
        SharedMonitor stream;
        stream.node_id = std::get<0>(entry);
        const VariantMap& properties = std::get<1>(entry);
        if (const auto* position = find_variant<IntPair>(properties, "position")) {
            const auto xy = position->get<IntPair>();
            stream.position = Point{std::get<0>(xy), std::get<1>(xy)};
        }
        if (const auto* size = find_variant<IntPair>(properties, "size")) {
            const auto wh = size->get<IntPair>();
            const Size logical{std::get<0>(wh), std::get<1>(wh)};
            if (!logical.empty()) {
                stream.size = logical;
            }
        }
        if (const auto* id = find_variant<std::string>(properties, "id")) {
            stream.id = id->get<std::string>();
        }
        if (const auto* id = find_variant<std::string>(properties, "mapping_id")) {
            stream.mapping_id = id->get<std::string>();
        }
        streams.push_back(std::move(stream));
    }
    return streams;
}

SessionGrant parse_grant(const VariantMap& results, const PortalOffer& offer, bool with_input)
{
    SessionGrant grant;
    grant.monitors = parse_streams(results);
    grant.input_offered = with_input;
    if (with_input) {
        const auto devices = variant_or(results, "devices", std::uint32_t{0}) & offer.devices();
        grant.keyboard = (devices & k_device_keyboard) != 0;
        grant.pointer = (devices & k_device_pointer) != 0;
        grant.clipboard_offered = offer.clipboard_version != 0;
        grant.clipboard = variant_or(results, "clipboard_enabled", false);
    }
    const auto token = variant_or(results, "restore_token", std::string{});
    if (!token.empty()) {
        grant.restore_token = token;
    }
    return grant;
}

} // namespace

RemoteDesktopSession::RemoteDesktopSession(PortalBus& bus, Events events)
    : bus_(bus), events_(std::move(events))
{}

RemoteDesktopSession::~RemoteDesktopSession()
{
    if (open_) {
        send_last_word(*bus_.object(path_), k_session_interface, "Close");
    }
}

Task<SessionGrant> RemoteDesktopSession::open(SessionWishes wishes)
{
    const auto offer = co_await read_offer(bus_);
    check_offer(offer, wishes.monitors);
    mutter_ = co_await is_on_bus(bus_.connection(), k_mutter_remote_desktop);
    const bool with_input = offer.devices() != 0;
    const char* const interface = with_input ? k_remote_desktop_interface : k_screen_cast_interface;

    PortalCall create{.interface = interface, .method = "CreateSession"};
    create.options["session_handle_token"] = sdbus::Variant{bus_.make_token()};
    const auto created = co_await portal_request(bus_, std::move(create), k_bus_call_limit);
    // Documented as a string; some portals send an object path.
    path_ = variant_or(created, "session_handle", std::string{});
    if (path_.empty()) {
        path_ = variant_or(created, "session_handle", sdbus::ObjectPath{});
    }
    if (path_.empty()) {
        throw PortalFailed{"CreateSession gave no session"};
    }
    open_ = true;
    closed_ = bus_.on_closed(path_, [this] {
        open_ = false;
        events_.on_closed();
    });

    if (with_input) {
        PortalCall devices{.interface = interface, .method = "SelectDevices", .session = path_};
        devices.options = device_options(offer, wishes);
        co_await portal_request(bus_, std::move(devices), k_bus_call_limit);
    }
    PortalCall sources{
        .interface = k_screen_cast_interface, .method = "SelectSources", .session = path_};
    sources.options = source_options(offer, wishes, with_input);
    co_await portal_request(bus_, std::move(sources), k_bus_call_limit);

    if (with_input && wishes.clipboard && offer.clipboard_version != 0) {
        auto request = sdbus_method_call(bus_.portal(), k_clipboard_interface, "RequestClipboard");
        request << sdbus::ObjectPath{path_} << VariantMap{};
        co_await call_bus(bus_.portal(), std::move(request), k_bus_call_limit);
        events_.on_clipboard(portal_selection(path_));
    }
    PortalCall start{.interface = interface, .method = "Start", .session = path_};
    start.parent_window = std::string{};
    events_.on_asking();
    const auto started = co_await portal_request(bus_, std::move(start), k_answer_limit);
    auto grant = parse_grant(started, offer, with_input);
    if (grant.monitors.empty()) {
        throw PortalFailed{"Start gave no stream"};
    }

    auto open_remote =
        sdbus_method_call(bus_.portal(), k_screen_cast_interface, "OpenPipeWireRemote");
    open_remote << sdbus::ObjectPath{path_} << VariantMap{};
    auto remote = co_await call_bus(bus_.portal(), std::move(open_remote), k_bus_call_limit);
    sdbus::UnixFd descriptor;
    remote >> descriptor;
    grant.pipewire = UniqueFd{descriptor.release()};
    granted_ = grant;
#ifdef GDS_HAVE_LIBEI
    // Once it is connected, the portal refuses the Notify methods for as long as the session lasts.
    if (wishes.libei && offer.remote_desktop_version >= 2 && (grant.keyboard || grant.pointer)) {
        auto connect = sdbus_method_call(bus_.portal(), k_remote_desktop_interface, "ConnectToEIS");
        connect << sdbus::ObjectPath{path_} << VariantMap{};
        eis_ = co_await connect_to_eis(bus_.portal(), std::move(connect));
    }
#endif
    co_return grant;
}

std::unique_ptr<RemoteInput> RemoteDesktopSession::input()
{
#ifdef GDS_HAVE_LIBEI
    if (eis_) {
        return std::make_unique<EisInput>(std::move(eis_), granted_);
    }
#endif
    std::vector<std::uint32_t> nodes;
    for (const auto& monitor : granted_.monitors) {
        nodes.push_back(monitor.node_id);
    }
    return std::make_unique<NotifyInput>(std::make_unique<PortalInput>(
        bus_, path_, std::move(nodes), mutter_ ? PositionUnit::pixel : PositionUnit::logical));
}

} // namespace gds
