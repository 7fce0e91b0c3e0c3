// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_request.h"

#include "base/log.h"
#include "base/timeout.h"
#include "base/wakeup.h"

namespace gds {
namespace {

// Subscribed before the call is made: a backend that needs no dialog answers at once.
class PendingRequest {
public:
    explicit PendingRequest(PortalBus& bus)
        : bus_(bus), token_(bus.make_token()), path_(bus.request_path(token_))
    {
        listen();
        name_ = bus_.on_name([this](const std::string& name, bool present) {
            if (name == k_portal_name && !present) {
                vanished_ = true;
                news_.set();
            }
        });
    }
    PendingRequest(const PendingRequest&) = delete;
    PendingRequest& operator=(const PendingRequest&) = delete;
    ~PendingRequest()
    {
        if (called_ && !code_ && !vanished_) {
            send_last_word(*bus_.object(path_), k_request_interface, "Close");
        }
    }

    const std::string& token() const { return token_; }

    void called() { called_ = true; }
    // Portals before 0.9 chose the path themselves.
    void answered_at(const std::string& handle)
    {
        if (handle != path_) {
            path_ = handle;
            listen();
        }
    }

    Task<> answer()
    {
        while (!code_) {
            if (vanished_) {
                throw PortalVanished{};
            }
            co_await news_.wait();
        }
    }
    std::uint32_t code() const { return *code_; }
    VariantMap take_results() { return std::move(results_); }

private:
    void listen()
    {
        response_ = bus_.on_response(path_, [this](std::uint32_t code, VariantMap results) {
            code_ = code;
            results_ = std::move(results);
            news_.set();
        });
    }

    PortalBus& bus_;
    std::string token_;
    std::string path_;
    bool called_ = false;
    bool vanished_ = false;
    std::optional<std::uint32_t> code_;
    VariantMap results_;
    Wakeup news_;
    PortalBus::Subscription response_;
    PortalBus::Subscription name_;
};

} // namespace

Task<VariantMap> portal_request(PortalBus& bus, PortalCall call, std::chrono::milliseconds limit)
{
    PendingRequest pending{bus};
    call.options["handle_token"] = sdbus::Variant{pending.token()};
    auto message = sdbus_method_call(bus.portal(), call.interface, call.method);
    if (call.session) {
        message << sdbus::ObjectPath{*call.session};
    }
    if (call.parent_window) {
        message << *call.parent_window;
    }
    message << call.options;
    pending.called();
    auto reply = co_await call_bus(bus.portal(), std::move(message), k_bus_call_limit);
    bus.learn_owner(reply.getSender());
    sdbus::ObjectPath handle;
    reply >> handle;
    pending.answered_at(handle);

    auto answer = pending.answer();
    co_await with_timeout(std::move(answer), limit);
    const std::string what =
        std::string{call.method} + " was answered with response " + std::to_string(pending.code());
    if (pending.code() == 1) {
        throw PortalRefused{what};
    }
    if (pending.code() != 0) {
        throw PortalFailed{what};
    }
    co_return pending.take_results();
}

} // namespace gds
