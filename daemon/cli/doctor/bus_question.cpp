// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/bus_question.h"

#include "base/gobject_ptr.h"

#include <memory>

namespace gds::cli {

namespace {

// Long enough for a service to be started on a slow computer, shorter than the doctor waits.
constexpr int k_patience = 8'000; // milliseconds

std::shared_ptr<GVariant> own(GVariant* adopted)
{
    return {adopted, [](GVariant* value) {
                if (value != nullptr) {
                    g_variant_unref(value);
                }
            }};
}

bool is_one_of(const GError* error, std::initializer_list<GDBusError> codes)
{
    for (const auto code : codes) {
        if (g_error_matches(error, G_DBUS_ERROR, code) != FALSE) {
            return true;
        }
    }
    return false;
}

BusTrouble trouble_of(const GError* error)
{
    if (is_one_of(error, {G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                          G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND, G_DBUS_ERROR_SPAWN_EXEC_FAILED,
                          G_DBUS_ERROR_SPAWN_CHILD_EXITED, G_DBUS_ERROR_SPAWN_FAILED})) {
        return BusTrouble::absent;
    }
    if (is_one_of(error, {G_DBUS_ERROR_NO_REPLY, G_DBUS_ERROR_TIMEOUT, G_DBUS_ERROR_TIMED_OUT}) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) != FALSE) {
        return BusTrouble::silent;
    }
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) != FALSE ? BusTrouble::no_bus
                                                                          : BusTrouble::refused;
}

} // namespace

BusAnswer ask_bus(const BusQuestion& question)
{
    const auto arguments =
        own(question.arguments != nullptr ? g_variant_ref_sink(question.arguments) : nullptr);
    const GObjectPtr<GDBusConnection> bus{g_bus_get_sync(question.bus, nullptr, nullptr)};
    BusAnswer answer;
    if (!bus) {
        answer.trouble = BusTrouble::no_bus;
        return answer;
    }
    g_dbus_connection_set_exit_on_close(bus.get(), FALSE);
    GError* error = nullptr;
    answer.value = own(g_dbus_connection_call_sync(
        bus.get(), question.name, question.path.c_str(), question.interface, question.method,
        arguments.get(), nullptr,
        question.start == BusStart::allowed ? G_DBUS_CALL_FLAGS_NONE
                                            : G_DBUS_CALL_FLAGS_NO_AUTO_START,
        k_patience, nullptr, &error));
    if (error != nullptr) {
        answer.trouble = trouble_of(error);
        g_dbus_error_strip_remote_error(error);
        answer.why = error->message;
        g_error_free(error);
    }
    return answer;
}

bool has_owner(const char* name, GBusType bus)
{
    const auto answer = ask_bus({.bus = bus,
                                 .name = "org.freedesktop.DBus",
                                 .path = "/org/freedesktop/DBus",
                                 .interface = "org.freedesktop.DBus",
                                 .method = "NameHasOwner",
                                 .arguments = g_variant_new("(s)", name)});
    gboolean owned = FALSE;
    if (answer.value) {
        g_variant_get(answer.value.get(), "(b)", &owned);
    }
    return owned != FALSE;
}

BusAnswer ask_properties(BusQuestion question, const char* interface)
{
    question.interface = "org.freedesktop.DBus.Properties";
    question.method = "GetAll";
    question.arguments = g_variant_new("(s)", interface);
    auto answer = ask_bus(question);
    if (answer.value &&
        g_variant_is_of_type(answer.value.get(), G_VARIANT_TYPE("(a{sv})")) != FALSE) {
        answer.value = own(g_variant_get_child_value(answer.value.get(), 0));
    } else if (answer.value) {
        answer = {BusTrouble::refused, nullptr, "an answer that makes no sense"};
    }
    return answer;
}

} // namespace gds::cli
