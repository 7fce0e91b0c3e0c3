// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/eis_input.h"

#include "base/log.h"
#include "portal/keymap_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <glib-unix.h>
#include <libei.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_connect_limit{5'000};
constexpr std::chrono::milliseconds k_patience_at_start{5'000};
constexpr std::chrono::milliseconds k_patience_later{1'000};
constexpr std::int32_t k_one_click = 120;
constexpr std::size_t k_most_seats = 8;
constexpr std::size_t k_most_devices = 64;
constexpr std::size_t k_most_regions = 64;

void log_of_libei(ei*, ei_log_priority priority, const char* message, ei_log_context*)
{
    if (priority >= EI_LOG_PRIORITY_WARNING) {
        log_warning(std::string{"libei: "} + message);
    }
}

std::vector<EisRegion> regions_of(ei_device* device)
{
    std::vector<EisRegion> regions;
    while (regions.size() < k_most_regions) {
        auto* const region = ei_device_get_region(device, regions.size());
        if (region == nullptr) {
            break;
        }
        EisRegion known{ei_region_get_x(region), ei_region_get_y(region),
                        ei_region_get_width(region), ei_region_get_height(region), std::nullopt};
        if (const char* const id = ei_region_get_mapping_id(region)) {
            known.mapping_id = id;
        }
        regions.push_back(std::move(known));
    }
    return regions;
}

// libei 1.3 keeps a copy of the descriptor that it received with a keymap, and forgets that one: a
// keyboard, and there is a new one with every keymap, would cost one for ever. Nobody else here has
// that file.
void close_lost_copies(int descriptor)
{
    struct stat file {};
    if (::fstat(descriptor, &file) != 0) {
        return;
    }
    std::vector<int> lost;
    std::error_code error;
    for (std::filesystem::directory_iterator entry{"/proc/self/fd", error}, end;
         !error && entry != end; entry.increment(error)) {
        const int other = std::atoi(entry->path().filename().c_str());
        struct stat same {};
        if (other != descriptor && ::fstat(other, &same) == 0 && same.st_dev == file.st_dev &&
            same.st_ino == file.st_ino) {
            lost.push_back(other);
        }
    }
    for (const int each : lost) {
        ::close(each);
    }
}

std::optional<std::string> keymap_of(ei_device* device)
{
    auto* const keymap = ei_device_keyboard_get_keymap(device);
    if (keymap == nullptr || ei_keymap_get_type(keymap) != EI_KEYMAP_TYPE_XKB) {
        return std::nullopt;
    }
    const int descriptor = ei_keymap_get_fd(keymap);
    close_lost_copies(descriptor);
    return read_keymap_file(descriptor, ei_keymap_get_size(keymap));
}

} // namespace

Task<UniqueFd> connect_to_eis(sdbus::IProxy& object, sdbus::MethodCall connect)
{
    UniqueFd connection;
    try {
        auto reply = co_await call_bus(object, std::move(connect), k_connect_limit);
        sdbus::UnixFd descriptor;
        reply >> descriptor;
        connection.reset(descriptor.release());
    } catch (const sdbus::Error& error) {
        log_info(std::string{"the desktop takes no input by libei: "} + error.what());
    }
    co_return connection;
}

void EisInput::Unref::operator()(ei* context) const { ei_unref(context); }
void EisInput::Unref::operator()(ei_seat* seat) const { ei_seat_unref(seat); }
void EisInput::Unref::operator()(ei_device* device) const { ei_device_unref(device); }
void EisInput::Unref::operator()(ei_event* event) const { ei_event_unref(event); }

EisInput::EisInput(UniqueFd connection, InputGrant granted)
    : connection_(std::move(connection)), granted_(std::move(granted))
{}

// libei 1.3 reads through a null pointer when its context ends, by whichever side, between the
// first word and the end of the handshake. Such a context is left alone, and hangs up.
EisInput::~EisInput()
{
    readable_.reset();
    devices_.clear();
    seats_.clear();
    if (ei_ && !connected_) {
        ::shutdown(connection_.get(), SHUT_RDWR);
        static_cast<void>(ei_.release());
    }
}

void EisInput::begin(Events events)
{
    events_ = std::move(events);
    watch(connection_.get());
    wait_for_devices(k_patience_at_start);
}

void EisInput::expect_pointer()
{
    if (!granted_.pointer || std::exchange(pointer_wanted_, true)) {
        return;
    }
    for (const auto& seat : seats_) {
        bind(seat.get());
    }
    begun_ = false;
    if (!ended_) {
        wait_for_devices(k_patience_at_start);
    }
}

void EisInput::watch(int descriptor)
{
    const auto ready = [](gint, GIOCondition, gpointer self) -> gboolean {
        static_cast<EisInput*>(self)->dispatch();
        return G_SOURCE_CONTINUE;
    };
    GSource* source = g_unix_fd_source_new(descriptor, G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(+ready), this, nullptr);
    g_source_attach(source, g_main_context_get_thread_default());
    readable_ = Source{source};
}

// The compositor has said something; libei may answer.
bool EisInput::open()
{
    UniqueFd its_own{::fcntl(connection_.get(), F_DUPFD_CLOEXEC, 3)};
    const int flags = ::fcntl(connection_.get(), F_GETFL);
    std::unique_ptr<ei, Unref> context{ei_new_sender(nullptr)};
    if (!context || !its_own || flags < 0 ||
        ::fcntl(connection_.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
        return false;
    }
    ei_log_set_handler(context.get(), log_of_libei);
    ei_configure_name(context.get(), "gnome-desktop-sharing");
    if (ei_setup_backend_fd(context.get(), its_own.release()) != 0) {
        return false;
    }
    ei_ = std::move(context);
    watch(ei_get_fd(ei_.get()));
    return true;
}

bool EisInput::hung_up() const
{
    char next = 0;
    const auto got = ::recv(connection_.get(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void EisInput::dispatch()
{
    const bool was_busy = busy();
    if (!connected_ && hung_up()) {
        end("the desktop ended it");
        return;
    }
    if (!ei_ && !open()) {
        end("it cannot be used");
        return;
    }
    ei_dispatch(ei_.get());
    while (auto* const next = ei_get_event(ei_.get())) {
        const std::unique_ptr<ei_event, Unref> event{next};
        take(event.get());
    }
    look_at_devices();
    if (was_busy && !busy() && !ended_) {
        events_.on_ready();
    }
}

void EisInput::take(ei_event* event)
{
    auto* const handle = ei_event_get_device(event);
    const auto device = std::ranges::find_if(
        devices_, [&](const Device& each) { return each.handle.get() == handle; });
    switch (ei_event_get_type(event)) {
    case EI_EVENT_CONNECT:
        log_info("input goes by libei");
        connected_ = true;
        break;
    case EI_EVENT_DISCONNECT:
        end("the desktop ended it");
        break;
    case EI_EVENT_SEAT_ADDED:
        if (seats_.size() < k_most_seats) {
            seats_.emplace_back(ei_seat_ref(ei_event_get_seat(event)));
            bind(seats_.back().get());
        }
        break;
    case EI_EVENT_SEAT_REMOVED:
        std::erase_if(seats_,
                      [&](const auto& seat) { return seat.get() == ei_event_get_seat(event); });
        break;
    case EI_EVENT_DEVICE_ADDED:
        if (devices_.size() < k_most_devices) {
            devices_.push_back({std::unique_ptr<ei_device, Unref>{ei_device_ref(handle)}});
        }
        break;
    case EI_EVENT_DEVICE_REMOVED:
        take_away(handle, true);
        break;
    case EI_EVENT_DEVICE_PAUSED:
        take_away(handle, false);
        break;
    case EI_EVENT_DEVICE_RESUMED:
        if (device != devices_.end()) {
            take_resumed(*device);
        }
        break;
    case EI_EVENT_KEYBOARD_MODIFIERS:
        events_.on_group(ei_event_keyboard_get_xkb_group(event));
        break;
    case EI_EVENT_PONG:
        waits_for_answer_ = false;
        break;
    default:
        break;
    }
}

void EisInput::bind(ei_seat* seat)
{
    if (granted_.keyboard) {
        ei_seat_bind_capabilities(seat, EI_DEVICE_CAP_KEYBOARD, nullptr);
    }
    if (pointer_wanted_) {
        ei_seat_bind_capabilities(seat, EI_DEVICE_CAP_POINTER, EI_DEVICE_CAP_POINTER_ABSOLUTE,
                                  EI_DEVICE_CAP_BUTTON, EI_DEVICE_CAP_SCROLL, nullptr);
    }
}

void EisInput::take_resumed(Device& device)
{
    auto* const handle = device.handle.get();
    device.resumed = true;
    ei_device_start_emulating(handle, ++sequence_);
    if (ei_device_has_capability(handle, EI_DEVICE_CAP_KEYBOARD)) {
        const auto keymap = keymap_of(handle);
        device.has_keymap = keymap && events_.on_keymap(*keymap);
    }
}

void EisInput::take_away(ei_device* handle, bool for_good)
{
    const auto device = std::ranges::find_if(
        devices_, [&](const Device& each) { return each.handle.get() == handle; });
    if (device == devices_.end()) {
        return;
    }
    device->resumed = false;
    if (ei_device_has_capability(handle, EI_DEVICE_CAP_KEYBOARD)) {
        events_.on_keys_up();
    }
    if (for_good) {
        devices_.erase(device);
    }
}

// From idle: whoever hears of it drops the input.
void EisInput::end(const std::string& why)
{
    if (!std::exchange(ended_, true)) {
        log_warning("the connection for input (libei) is over: " + why);
        waits_for_devices_ = true;
        readable_.reset();
        patience_.reset();
        ending_ = call_soon([tell = events_.on_ended] { tell(); });
    }
}

void EisInput::look_at_devices()
{
    if (ended_) {
        return;
    }
    if (complete()) {
        begun_ = true;
        waits_for_devices_ = false;
        patience_.reset();
    } else if (begun_ && !patience_) {
        wait_for_devices(k_patience_later);
    }
}

void EisInput::wait_for_devices(std::chrono::milliseconds limit)
{
    waits_for_devices_ = true;
    patience_ = call_after(limit, [this] {
        if (!begun_) {
            end("its devices did not come");
            return;
        }
        log_info("the desktop took input devices away");
        waits_for_devices_ = false; // patience_ stays: they are not waited for again
        if (!busy()) {
            events_.on_ready();
        }
    });
}

bool EisInput::complete() const
{
    const bool keyboard = std::ranges::any_of(
        devices_, [](const Device& each) { return each.resumed && each.has_keymap; });
    const bool pointer = first_with(EI_DEVICE_CAP_POINTER_ABSOLUTE) != nullptr &&
                         first_with(EI_DEVICE_CAP_BUTTON) != nullptr;
    return connected_ && (keyboard || !granted_.keyboard) && (pointer || !pointer_wanted_);
}

ei_device* EisInput::first_with(int capability) const
{
    const auto found = std::ranges::find_if(devices_, [&](const Device& each) {
        return each.resumed &&
               ei_device_has_capability(each.handle.get(),
                                        static_cast<ei_device_capability>(capability));
    });
    return found == devices_.end() ? nullptr : found->handle.get();
}

// Press and release by the same device: that which moves by distances outlives changes of the
// monitors.
ei_device* EisInput::for_buttons(int capability) const
{
    auto* const relative = first_with(EI_DEVICE_CAP_POINTER);
    return relative != nullptr &&
                   ei_device_has_capability(relative, static_cast<ei_device_capability>(capability))
               ? relative
               : first_with(capability);
}

// libei keeps what a compositor does not read, and what was sent cannot be taken back from who may
// not send it any more: the next event waits until this one was read.
void EisInput::finish(ei_device* device)
{
    ei_device_frame(device, ei_now(ei_.get()));
    auto* const ping = ei_new_ping(ei_.get());
    ei_ping(ping);
    ei_ping_unref(ping);
    waits_for_answer_ = true;
}

void EisInput::key_code(std::uint32_t evdev_code, KeyState state)
{
    if (auto* const device = first_with(EI_DEVICE_CAP_KEYBOARD)) {
        ei_device_keyboard_key(device, evdev_code, state == KeyState::pressed);
        finish(device);
    }
}

void EisInput::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    if (auto* const device = for_buttons(EI_DEVICE_CAP_BUTTON)) {
        ei_device_button_button(device, evdev_button, state == KeyState::pressed);
        finish(device);
    }
}

void EisInput::pointer_to(const OutputLayout::StreamPoint& point)
{
    if (point.output >= granted_.monitors.size()) {
        return;
    }
    for (const auto& device : devices_) {
        auto* const handle = device.handle.get();
        if (!device.resumed || !ei_device_has_capability(handle, EI_DEVICE_CAP_POINTER_ABSOLUTE)) {
            continue;
        }
        const auto regions = regions_of(handle);
        const auto found =
            find_region(regions, granted_.monitors[point.output], granted_.monitors.size() == 1);
        if (found) {
            const auto position = position_in(regions[*found], point);
            ei_device_pointer_motion_absolute(handle, position.x, position.y);
            finish(handle);
            return;
        }
    }
}

void EisInput::pointer_by(double dx, double dy)
{
    if (auto* const device = first_with(EI_DEVICE_CAP_POINTER)) {
        ei_device_pointer_motion(device, dx, dy);
        finish(device);
    }
}

void EisInput::wheel(WheelAxis axis, std::int32_t clicks)
{
    if (auto* const device = for_buttons(EI_DEVICE_CAP_SCROLL)) {
        const auto distance = clicks * k_one_click;
        ei_device_scroll_discrete(device, axis == WheelAxis::horizontal ? distance : 0,
                                  axis == WheelAxis::vertical ? distance : 0);
        finish(device);
    }
}

} // namespace gds
