// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bus_filter.h"

#include "base/log.h"
#include "base/sdbus_compat.h"

#include <cstring>
#include <utility>

#include <systemd/sd-bus.h>

namespace gds {

namespace {

constexpr const char* k_properties = "org.freedesktop.DBus.Properties";

// sdbus-c++ keeps sd-bus's connection to itself; every message knows it.
struct OpenedMessage : sdbus::Message {
    static sd_bus_message* of(const sdbus::Message& message)
    {
        return static_cast<sd_bus_message*>(message.*(&OpenedMessage::msg_));
    }
};

sd_bus* connection_below(sdbus::IConnection& connection)
{
    const auto proxy = sdbus::createProxy(connection, sdbus::ServiceName{"org.freedesktop.DBus"},
                                          sdbus::ObjectPath{"/org/freedesktop/DBus"});
    const auto message = sdbus_method_call(*proxy, "org.freedesktop.DBus", "GetId");
    return sd_bus_message_get_bus(OpenedMessage::of(message));
}

std::string text_of(const char* text) { return text != nullptr ? text : ""; }

} // namespace

std::string BusCall::sender() const { return text_of(sd_bus_message_get_sender(message_)); }
std::string BusCall::interface() const { return text_of(sd_bus_message_get_interface(message_)); }
std::string BusCall::member() const { return text_of(sd_bus_message_get_member(message_)); }

std::optional<BusCall::Credentials> BusCall::credentials() const
{
    sd_bus_creds* creds = nullptr;
    Credentials found{};
    const bool known =
        sd_bus_query_sender_creds(message_, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID, &creds) >= 0 &&
        sd_bus_creds_get_euid(creds, &found.uid) >= 0 &&
        sd_bus_creds_get_pid(creds, &found.pid) >= 0;
    sd_bus_creds_unref(creds);
    return known ? std::optional{found} : std::nullopt;
}

std::optional<PropertyWrite> BusCall::property_write() const
{
    if (interface() != k_properties || member() != "Set") {
        return std::nullopt;
    }
    const char* interface = nullptr;
    const char* property = nullptr;
    char type = 0;
    const char* contents = nullptr;
    std::optional<PropertyWrite> write;
    if (sd_bus_message_read(message_, "ss", &interface, &property) > 0 &&
        sd_bus_message_peek_type(message_, &type, &contents) > 0 && type == 'v') {
        write = PropertyWrite{interface, property, text_of(contents)};
    }
    sd_bus_message_rewind(message_, 1);
    return write;
}

struct BusFilter::Impl {
    Judge judge;
    sd_bus_slot* slot = nullptr;

    static int look(sd_bus_message* message, void* self, sd_bus_error*)
    {
        if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) {
            return 0;
        }
        BusRefusal refusal;
        try {
            auto verdict = static_cast<Impl*>(self)->judge(BusCall{message});
            if (!verdict) {
                return 0;
            }
            refusal = std::move(*verdict);
        } catch (const std::exception& error) {
            // Who cannot be judged is not let through.
            log_warning(std::string{"a call over D-Bus could not be judged: "} + error.what());
            refusal = {SD_BUS_ERROR_ACCESS_DENIED, "Access denied"};
        }
        if (sd_bus_message_get_expect_reply(message) > 0) {
            sd_bus_reply_method_errorf(message, refusal.name.c_str(), "%s",
                                       refusal.message.c_str());
        }
        return 1; // nobody else sees it
    }
};

BusFilter::BusFilter(sdbus::IConnection& connection, Judge judge)
    : impl_(std::make_unique<Impl>(Impl{std::move(judge)}))
{
    const int result =
        sd_bus_add_filter(connection_below(connection), &impl_->slot, Impl::look, impl_.get());
    if (result < 0) {
        throw sdbus_error("org.freedesktop.DBus.Error.Failed",
                          std::string{"no filter for calls: "} + std::strerror(-result));
    }
}

BusFilter::~BusFilter() { sd_bus_slot_unref(impl_->slot); }

} // namespace gds
