// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bus_call.h"

#include "base/log.h"
#include "base/wakeup.h"

#include <memory>
#include <optional>

namespace gds {
namespace {

constexpr std::chrono::seconds k_bus_limit{1};
// The next notice may be waiting for this one.
constexpr std::chrono::seconds k_notice_limit{5};

struct PendingReply {
    std::optional<sdbus::MethodReply> reply;
    std::optional<sdbus::Error> error;
    Wakeup arrived;
};

// The reply handler keeps the shared state alive; cancelling lets it go at once.
struct CancelOnDrop {
    sdbus::PendingAsyncCall call;

    explicit CancelOnDrop(sdbus::PendingAsyncCall pending) : call(std::move(pending)) {}
    CancelOnDrop(const CancelOnDrop&) = delete;
    CancelOnDrop& operator=(const CancelOnDrop&) = delete;
    ~CancelOnDrop()
    {
        try {
            call.cancel();
        } catch (const sdbus::Error&) {
            // The connection is gone, and the call with it.
        }
    }
};

} // namespace

Task<sdbus::MethodReply> call_bus(sdbus::IProxy& proxy, sdbus::MethodCall message,
                                  std::chrono::milliseconds limit)
{
    const auto state = std::make_shared<PendingReply>();
    const std::weak_ptr<PendingReply> weak = state;
    auto handler = [weak](auto&& reply, auto&& error) {
        const auto pending = weak.lock();
        if (!pending) {
            return;
        }
        if (error) {
            pending->error = *error;
        } else {
            pending->reply = reply;
        }
        pending->arrived.set();
    };
    const CancelOnDrop pending_call{sdbus_call_async(proxy, message, std::move(handler), limit)};
    co_await state->arrived.wait();
    if (state->error) {
        throw *state->error;
    }
    co_return std::move(*state->reply);
}

Task<bool> is_on_bus(sdbus::IConnection& connection, std::string name)
{
    const auto bus = sdbus::createProxy(connection, sdbus::ServiceName{"org.freedesktop.DBus"},
                                        sdbus::ObjectPath{"/org/freedesktop/DBus"});
    auto message = sdbus_method_call(*bus, "org.freedesktop.DBus", "NameHasOwner");
    message << name;
    auto reply = co_await call_bus(*bus, std::move(message), k_bus_limit);
    bool owned = false;
    reply >> owned;
    co_return owned;
}

void notify_bus(sdbus::IProxy& proxy, const sdbus::MethodCall& message, BusNotice notice)
{
    auto handler = [notice = std::move(notice)](auto&&, auto&& error) {
        if (error && notice.on_error) {
            notice.on_error(*error);
        }
        if (notice.on_done) {
            notice.on_done();
        }
    };
    sdbus_call_async(proxy, message, std::move(handler), k_notice_limit);
}

void send_last_word(sdbus::IProxy& proxy, const char* interface, const char* method) noexcept
{
    try {
        auto message = sdbus_method_call(proxy, interface, method);
        message.dontExpectReply();
        proxy.callMethod(message);
    } catch (const std::exception& error) {
        log_debug(std::string{"could not send "} + method + ": " + error.what());
    }
}

} // namespace gds
