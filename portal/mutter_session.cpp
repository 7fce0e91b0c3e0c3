// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_session.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "portal/eis_input.h"
#include "portal/mutter_bus.h"
#include "portal/mutter_input.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_limit{5'000};
constexpr const char* k_properties = "org.freedesktop.DBus.Properties";

// Of Mutter's screen cast interface.
constexpr std::uint32_t k_cursor_embedded = 1;
constexpr std::uint32_t k_cursor_metadata = 2;

using IntPair = sdbus::Struct<std::int32_t, std::int32_t>;

bool is_missing(const sdbus::Error& error)
{
    const std::string name = error.getName();
    return name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
           name == "org.freedesktop.DBus.Error.NameHasNoOwner";
}

CaptureUnavailable no_mutter()
{
    return CaptureUnavailable{
        _("The setting “capture” is “mutter”, and neither GNOME Shell nor Mutter is running here. "
          "Start a GNOME session, or set “capture” to “portal”.")};
}

Task<sdbus::Variant> read_property(sdbus::IProxy& object, const char* interface, const char* name)
{
    auto get = sdbus_method_call(object, k_properties, "Get");
    get << std::string{interface} << std::string{name};
    auto reply = co_await call_bus(object, std::move(get), k_limit);
    sdbus::Variant value;
    reply >> value;
    co_return value;
}

std::string path_of(const sdbus::IProxy& proxy) { return proxy.getObjectPath(); }

} // namespace

MutterSession::MutterSession(sdbus::IConnection& connection, Events events)
    : connection_(connection), events_(std::move(events))
{}

MutterSession::~MutterSession()
{
    if (open_) {
        send_last_word(*session_, k_mutter_remote_desktop_session, "Stop");
    }
}

Task<SessionGrant> MutterSession::open(SessionWishes wishes)
{
    const bool there = co_await is_on_bus(connection_, k_mutter_remote_desktop);
    if (!there) {
        throw no_mutter();
    }
    SessionGrant grant;
    try {
        grant = co_await negotiate(std::move(wishes));
    } catch (const sdbus::Error& error) {
        if (is_missing(error)) {
            throw no_mutter(); // it has just left
        }
        throw;
    }
    co_return grant;
}

Task<SessionGrant> MutterSession::negotiate(SessionWishes wishes)
{
    choice_ = wishes.monitors;
    // Before the monitors are read: a change after that is heard.
    monitors_changed_ = sdbus_add_match(
        connection_,
        mutter_signal(k_mutter_display_config, k_mutter_display_config, "MonitorsChanged", {}),
        [this](auto&&) {
            if (open_ && choice_ != MonitorChoice::virtual_monitor) {
                looking_.spawn(look_at_monitors());
            }
        });
    if (choice_ != MonitorChoice::virtual_monitor) {
        auto monitors = co_await read_mutter_monitors(connection_);
        recorded_ = chosen_of(std::move(monitors), choice_);
        if (recorded_.empty()) {
            throw CaptureUnavailable{
                _("This computer has no monitor that is on. The picture comes when there is one; "
                  "set “monitors” to “virtual” to work without.")};
        }
    }
    co_await create_sessions();
    co_await record(wishes);
    if (wishes.clipboard) {
        events_.on_clipboard(mutter_selection(path_of(*session_)));
    }
    auto start = sdbus_method_call(*session_, k_mutter_remote_desktop_session, "Start");
    co_await call_bus(*session_, std::move(start), k_limit);
    if (wishes.clipboard) {
        auto enable =
            sdbus_method_call(*session_, k_mutter_remote_desktop_session, "EnableClipboard");
        enable << VariantMap{};
        co_await call_bus(*session_, std::move(enable), k_limit);
    }
    auto nodes = hear_nodes();
    bool late = false;
    try {
        co_await with_timeout(std::move(nodes), k_limit);
    } catch (const TimedOut&) {
        late = true;
    }
    if (late) {
        throw std::runtime_error{"Mutter gave no stream"};
    }

    SessionGrant grant;
    grant.input_offered = grant.keyboard = grant.pointer = true;
    grant.clipboard_offered = grant.clipboard = wishes.clipboard;
    for (const auto& stream : streams_) {
        auto monitor = co_await describe(stream);
        grant.monitors.push_back(std::move(monitor));
    }
    granted_ = grant;
#ifdef GDS_HAVE_LIBEI
    if (wishes.libei) {
        auto connect =
            sdbus_method_call(*session_, k_mutter_remote_desktop_session, "ConnectToEIS");
        connect << VariantMap{};
        eis_ = co_await connect_to_eis(*session_, std::move(connect));
    }
#endif
    co_return grant;
}

Task<> MutterSession::create_sessions()
{
    session_ = co_await create_mutter_session(connection_, k_mutter_remote_desktop,
                                              k_mutter_remote_desktop_path, std::nullopt);
    open_ = true;
    closed_ =
        sdbus_add_match(connection_,
                        mutter_signal(k_mutter_remote_desktop, k_mutter_remote_desktop_session,
                                      "Closed", path_of(*session_)),
                        [this](auto&&) {
                            open_ = false;
                            events_.on_closed();
                        });
    const auto id = co_await read_property(*session_, k_mutter_remote_desktop_session, "SessionId");
    VariantMap options;
    options["remote-desktop-session-id"] = id;
    cast_ = co_await create_mutter_session(connection_, k_mutter_screen_cast,
                                           k_mutter_screen_cast_path, std::move(options));
}

Task<> MutterSession::record(SessionWishes wishes)
{
    nodes_ = sdbus_add_match(
        connection_,
        mutter_signal(k_mutter_screen_cast, k_mutter_screen_cast_stream, "PipeWireStreamAdded", {}),
        [this](auto&& message) {
            const std::string path = message.getPath();
            const auto stream = std::ranges::find(streams_, path, &Stream::path);
            if (stream == streams_.end()) {
                return;
            }
            try {
                std::uint32_t node_id = 0;
                message >> node_id;
                stream->node_id = node_id;
                node_news_.set();
            } catch (const sdbus::Error& error) {
                log_warning(std::string{"Mutter's stream cannot be read: "} + error.what());
            }
        });
    VariantMap options;
    options["cursor-mode"] = sdbus::Variant{
        wishes.pointer == PointerDelivery::apart ? k_cursor_metadata : k_cursor_embedded};
    std::vector<std::optional<std::string>> connectors;
    for (const auto& monitor : recorded_) {
        connectors.emplace_back(monitor.connector);
    }
    if (choice_ == MonitorChoice::virtual_monitor) {
        connectors.emplace_back(std::nullopt);
    }
    for (const auto& connector : connectors) {
        auto call = sdbus_method_call(*cast_, k_mutter_screen_cast_session,
                                      connector ? "RecordMonitor" : "RecordVirtual");
        if (connector) {
            call << *connector;
        }
        call << options;
        auto reply = co_await call_bus(*cast_, std::move(call), k_limit);
        sdbus::ObjectPath path;
        reply >> path;
        streams_.push_back({path, connector, std::nullopt});
    }
}

Task<> MutterSession::hear_nodes()
{
    while (!std::ranges::all_of(streams_,
                                [](const Stream& each) { return each.node_id.has_value(); })) {
        co_await node_news_.wait();
    }
}

Task<SharedMonitor> MutterSession::describe(Stream stream)
{
    SharedMonitor monitor;
    monitor.node_id = *stream.node_id;
    monitor.id = stream.connector.value_or("extra");
    const auto object = sdbus::createProxy(connection_, sdbus::ServiceName{k_mutter_screen_cast},
                                           sdbus::ObjectPath{stream.path});
    const auto value = co_await read_property(*object, k_mutter_screen_cast_stream, "Parameters");
    const auto parameters =
        value.containsValueOfType<VariantMap>() ? value.get<VariantMap>() : VariantMap{};
    if (const auto* position = find_variant<IntPair>(parameters, "position")) {
        const auto xy = position->get<IntPair>();
        monitor.position = Point{std::get<0>(xy), std::get<1>(xy)};
    }
    if (const auto* size = find_variant<IntPair>(parameters, "size")) {
        const auto wh = size->get<IntPair>();
        const Size logical{std::get<0>(wh), std::get<1>(wh)};
        if (!logical.empty()) {
            monitor.size = logical;
        }
    }
    if (const auto* id = find_variant<std::string>(parameters, "mapping-id")) {
        monitor.mapping_id = id->get<std::string>();
    }
    co_return monitor;
}

// Mutter closes a session only when one of its monitors goes or changes its size.
Task<> MutterSession::look_at_monitors()
{
    auto monitors = co_await read_mutter_monitors(connection_);
    if (chosen_of(std::move(monitors), choice_) != recorded_) {
        events_.on_outdated();
    }
}

std::unique_ptr<RemoteInput> MutterSession::input()
{
#ifdef GDS_HAVE_LIBEI
    if (eis_) {
        return std::make_unique<EisInput>(std::move(eis_), granted_);
    }
#endif
    std::vector<std::string> paths;
    for (const auto& stream : streams_) {
        paths.push_back(stream.path);
    }
    return std::make_unique<NotifyInput>(
        std::make_unique<MutterInput>(*session_, std::move(paths)));
}

} // namespace gds
