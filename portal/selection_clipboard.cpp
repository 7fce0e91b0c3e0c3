// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/selection_clipboard.h"

#include "base/log.h"
#include "base/source.h"
#include "base/timeout.h"
#include "base/unique_fd.h"
#include "portal/portal_bus.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace gds {

namespace {

constexpr std::chrono::milliseconds k_call_limit{5'000};
// An application that gives or takes for so long without an end has hung.
constexpr std::chrono::milliseconds k_read_limit{8'000};
constexpr std::chrono::milliseconds k_write_limit{10'000};
constexpr std::chrono::milliseconds k_between_offers{100};
constexpr unsigned k_most_transfers = 16;
constexpr std::size_t k_piece = std::size_t{64} * 1024;
constexpr std::size_t k_most_mime_types = 256;

void set_non_blocking(int fd)
{
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        throw ClipboardError{std::string{"its pipe is of no use: "} + std::strerror(errno)};
    }
}

bool try_again(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

Task<ClipDataPtr> read_to_end(const int fd, std::size_t limit)
{
    auto all = std::make_shared<Bytes>();
    std::vector<std::uint8_t> piece(k_piece);
    for (;;) {
        const ssize_t got = ::read(fd, piece.data(), piece.size());
        if (got == 0) {
            break;
        }
        if (got > 0) {
            all->insert(all->end(), piece.begin(), piece.begin() + got);
            if (all->size() > limit) {
                throw ClipboardError{"it is longer than clipboard-limit allows"};
            }
        } else if (!try_again(got)) {
            throw ClipboardError{std::string{"reading ended with: "} + std::strerror(errno)};
        } else {
            co_await readable(fd);
        }
    }
    ClipDataPtr result = std::move(all);
    co_return result;
}

Task<> write_all(const int fd, ClipDataPtr data)
{
    ByteView rest{*data};
    while (!rest.empty()) {
        const ssize_t written = ::write(fd, rest.data(), std::min(rest.size(), k_piece));
        if (written >= 0) {
            rest = rest.subspan(static_cast<std::size_t>(written));
        } else if (!try_again(written)) {
            throw ClipboardError{std::string{"writing ended with: "} + std::strerror(errno)};
        } else {
            co_await writable(fd);
        }
    }
}

// Mutter puts the list into a struct.
std::vector<std::string> strings_of(const VariantMap& options, const char* key)
{
    using Strings = std::vector<std::string>;
    if (const auto* list = find_variant<Strings>(options, key)) {
        return list->get<Strings>();
    }
    if (const auto* boxed = find_variant<sdbus::Struct<Strings>>(options, key)) {
        return std::get<0>(boxed->get<sdbus::Struct<Strings>>());
    }
    return {};
}

} // namespace

SelectionDoor portal_selection(std::string session)
{
    return {k_portal_name,      k_portal_path, k_clipboard_interface,
            std::move(session), "mime_types",  "session_is_owner"};
}

SelectionDoor mutter_selection(std::string session)
{
    return {"org.gnome.Mutter.RemoteDesktop",
            std::move(session),
            "org.gnome.Mutter.RemoteDesktop.Session",
            std::nullopt,
            "mime-types",
            "session-is-owner"};
}

SelectionClipboard::SelectionClipboard(sdbus::IConnection& connection) : connection_(connection) {}

SelectionClipboard::~SelectionClipboard() = default;

void SelectionClipboard::attach(SelectionDoor door)
{
    detach();
    door_ = std::move(door);
    proxy_ = sdbus::createProxy(connection_, sdbus::ServiceName{door_->service},
                                sdbus::ObjectPath{door_->object});
    const std::string from = "type='signal',sender='" + door_->service + "',interface='" +
                             door_->interface + "',path='" + door_->object + "',member='";
    // What a malformed message throws must not reach the bus loop.
    const auto guarded = [](auto take) {
        return [take](auto&& message) {
            try {
                take(message);
            } catch (const std::exception& error) {
                log_warning(std::string{"a signal of the clipboard could not be read: "} +
                            error.what());
            }
        };
    };
    matches_.push_back(
        sdbus_add_match(connection_, from + "SelectionOwnerChanged'",
                        guarded([this](auto& message) { take_owner_change(message); })));
    matches_.push_back(sdbus_add_match(connection_, from + "SelectionTransfer'",
                                       guarded([this](auto& message) { take_transfer(message); })));
}

void SelectionClipboard::enable()
{
    enabled_ = door_.has_value(); // it may have ended meanwhile
    if (enabled_ && observer_ != nullptr) {
        observer_->on_open_changed();
    }
}

void SelectionClipboard::detach()
{
    matches_.clear();
    under_way_ = 0;
    give_up_.reset();
    next_offer_.reset();
    pace_.reset();
    tasks_.cancel_soon();
    proxy_.reset();
    door_.reset();
    if (std::exchange(enabled_, false) && observer_ != nullptr) {
        observer_->on_open_changed();
    }
}

template <typename Message>
bool SelectionClipboard::is_ours(Message& message) const
{
    if (!door_->session) {
        return true;
    }
    sdbus::ObjectPath session;
    message >> session;
    return std::string{session} == *door_->session;
}

template <typename Message>
void SelectionClipboard::take_owner_change(Message& message)
{
    if (!door_ || !is_ours(message)) {
        return;
    }
    VariantMap options;
    message >> options;
    if (variant_or(options, door_->session_is_owner, false)) {
        under_way_ -= under_way_ > 0 ? 1 : 0;
        return;
    }
    if (under_way_ > 0 || observer_ == nullptr) {
        return;
    }
    next_offer_.reset(); // this is newer
    auto mime_types = strings_of(options, door_->mime_types);
    mime_types.resize(std::min(mime_types.size(), k_most_mime_types));
    observer_->on_copied(std::move(mime_types));
}

template <typename Message>
void SelectionClipboard::take_transfer(Message& message)
{
    if (!door_ || !is_ours(message)) {
        return;
    }
    Transfer transfer;
    message >> transfer.mime_type;
    message >> transfer.serial;
    if (transfers_ >= k_most_transfers) {
        done(transfer.serial, false);
        return;
    }
    ++transfers_;
    tasks_.spawn(give(std::move(transfer)));
}

sdbus::MethodCall SelectionClipboard::call(const char* method)
{
    if (!enabled_) {
        throw ClipboardError{"the desktop's clipboard is not open"};
    }
    auto message = sdbus_method_call(*proxy_, door_->interface, method);
    if (door_->session) {
        message << sdbus::ObjectPath{*door_->session};
    }
    return message;
}

void SelectionClipboard::offer(std::vector<std::string> mime_types)
{
    if (!enabled_) {
        return;
    }
    next_offer_ = std::move(mime_types);
    if (!pace_) {
        send_offer();
    }
}

void SelectionClipboard::send_offer()
{
    if (!next_offer_) {
        return;
    }
    const auto mime_types = std::move(*std::exchange(next_offer_, std::nullopt));
    pace_ = call_after(k_between_offers, [this] {
        pace_.reset();
        send_offer();
    });
    VariantMap options;
    if (!mime_types.empty()) {
        options[door_->mime_types] = sdbus::Variant{mime_types};
    }
    try {
        auto message = call("SetSelection");
        message << options;
        BusNotice notice;
        notice.on_error = [](const sdbus::Error& error) {
            log_warning(std::string{"what a viewer copied cannot be offered: "} + error.what());
        };
        notify_bus(*proxy_, message, std::move(notice));
        if (!mime_types.empty()) {
            ++under_way_;
            give_up_ = call_after(k_call_limit, [this] { under_way_ = 0; });
        }
    } catch (const sdbus::Error& error) {
        log_warning(std::string{"what a viewer copied cannot be offered: "} + error.what());
    }
}

Task<ClipDataPtr> SelectionClipboard::read(std::string mime_type, std::size_t limit)
{
    auto message = call("SelectionRead");
    message << mime_type;
    const auto proxy = proxy_;
    auto reply = co_await call_bus(*proxy, std::move(message), k_call_limit);
    sdbus::UnixFd handle;
    reply >> handle;
    const UniqueFd pipe{handle.release()};
    set_non_blocking(pipe.get());
    auto reading = read_to_end(pipe.get(), limit);
    co_return co_await with_timeout(std::move(reading), k_read_limit);
}

Task<> SelectionClipboard::give(Transfer transfer)
{
    struct Count {
        unsigned& transfers;
        ~Count() { --transfers; }
    };
    const Count count{transfers_};
    const auto serial = transfer.serial;
    bool success = false;
    try {
        co_await give_octets(std::move(transfer));
        success = true;
    } catch (const std::exception& error) {
        log_debug(std::string{"what a viewer copied could not be pasted: "} + error.what());
    }
    done(serial, success);
}

Task<> SelectionClipboard::give_octets(Transfer transfer)
{
    if (observer_ == nullptr) {
        throw ClipboardError{"nobody has it"};
    }
    const auto data = co_await observer_->on_pasted(transfer.mime_type);
    auto message = call("SelectionWrite");
    message << transfer.serial;
    const auto proxy = proxy_;
    auto reply = co_await call_bus(*proxy, std::move(message), k_call_limit);
    sdbus::UnixFd handle;
    reply >> handle;
    const UniqueFd pipe{handle.release()};
    set_non_blocking(pipe.get());
    auto writing = write_all(pipe.get(), data);
    co_await with_timeout(std::move(writing), k_write_limit);
}

void SelectionClipboard::done(std::uint32_t serial, bool success)
{
    try {
        auto message = call("SelectionWriteDone");
        message << serial << success;
        notify_bus(*proxy_, message, {});
    } catch (const std::exception& error) {
        log_debug(std::string{"the clipboard: "} + error.what());
    }
}

} // namespace gds
