// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/service_link.h"

#include "base/translate.h"
#include "service/sentence.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace gds::cli {

namespace {

constexpr const char* k_name = "org.gnome.DesktopSharing";
constexpr const char* k_path = "/org/gnome/DesktopSharing";
constexpr const char* k_daemon_interface = "org.gnome.DesktopSharing";
constexpr const char* k_client_interface = "org.gnome.DesktopSharing.Client";
constexpr const char* k_properties_interface = "org.freedesktop.DBus.Properties";
constexpr std::string_view k_client_paths = "/org/gnome/DesktopSharing/clients/";

VariantPtr own(GVariant* adopted)
{
    return {adopted, [](GVariant* value) {
                if (value != nullptr) {
                    g_variant_unref(value);
                }
            }};
}

std::string client_path(unsigned number)
{
    return std::string{k_client_paths} + std::to_string(number);
}

unsigned number_from_path(std::string_view path)
{
    unsigned number = 0;
    if (path.substr(0, k_client_paths.size()) == k_client_paths) {
        path.remove_prefix(k_client_paths.size());
        std::from_chars(path.data(), path.data() + path.size(), number);
    }
    return number;
}

bool is_missing(const GError* error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED) != FALSE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED) != FALSE;
}

[[noreturn]] void fail(GError* error, const std::string& path)
{
    const bool missing = is_missing(error);
    const bool no_object =
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) != FALSE ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) != FALSE ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE) != FALSE;
    const bool silent = g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) != FALSE ||
                        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) != FALSE;
    g_dbus_error_strip_remote_error(error);
    const std::string why = error->message;
    g_error_free(error);
    if (missing) {
        throw ServiceMissing{
            _("The sharing service does not run and cannot be started. Start "
              "gnome-desktop-sharing-daemon in this session, or install the program again.")};
    }
    if (const unsigned number = number_from_path(path); no_object && number != 0) {
        throw ServiceError{sentence(_("There is no viewer %u; “gnome-desktop-sharing clients” "
                                      "shows who is connected."),
                                    number)};
    }
    if (silent) {
        throw ServiceError{_("The sharing service does not answer. Try again, or start it anew "
                             "with “systemctl --user restart gnome-desktop-sharing”.")};
    }
    throw ServiceError{why};
}

VariantPtr lookup(GVariant* properties, const char* name, const char* type)
{
    return own(g_variant_lookup_value(properties, name, G_VARIANT_TYPE(type)));
}

} // namespace

std::string text_of(GVariant* properties, const char* name)
{
    const auto value = lookup(properties, name, "s");
    return value ? g_variant_get_string(value.get(), nullptr) : "";
}

std::vector<std::string> texts_of(GVariant* properties, const char* name)
{
    std::vector<std::string> list;
    if (const auto value = lookup(properties, name, "as")) {
        for (gsize i = 0; i < g_variant_n_children(value.get()); ++i) {
            const auto child = own(g_variant_get_child_value(value.get(), i));
            list.emplace_back(g_variant_get_string(child.get(), nullptr));
        }
    }
    return list;
}

bool flag_of(GVariant* properties, const char* name)
{
    const auto value = lookup(properties, name, "b");
    return value && g_variant_get_boolean(value.get()) != FALSE;
}

std::uint64_t number_of(GVariant* properties, const char* name)
{
    if (const auto unsigned32 = lookup(properties, name, "u")) {
        return g_variant_get_uint32(unsigned32.get());
    }
    if (const auto unsigned64 = lookup(properties, name, "t")) {
        return g_variant_get_uint64(unsigned64.get());
    }
    if (const auto signed64 = lookup(properties, name, "x")) {
        return static_cast<std::uint64_t>(std::max<gint64>(0, g_variant_get_int64(signed64.get())));
    }
    return 0;
}

ServiceLink::ServiceLink(Start start) : start_(start)
{
    GError* error = nullptr;
    bus_ = GObjectPtr<GDBusConnection>{g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, &error)};
    if (!bus_) {
        const std::string why = error->message;
        g_error_free(error);
        throw ServiceError{sentence(_("There is no session bus to reach the sharing service by; "
                                      "run this inside the desktop session (%s)."),
                                    why.c_str())};
    }
}

VariantPtr ServiceLink::call(const std::string& path, const char* interface, const char* method,
                             GVariant* arguments, int timeout)
{
    GError* error = nullptr;
    const auto flags =
        start_ == Start::never ? G_DBUS_CALL_FLAGS_NO_AUTO_START : G_DBUS_CALL_FLAGS_NONE;
    GVariant* reply =
        g_dbus_connection_call_sync(bus_.get(), k_name, path.c_str(), interface, method, arguments,
                                    nullptr, flags, timeout, nullptr, &error);
    if (reply == nullptr) {
        fail(error, path);
    }
    return own(reply);
}

VariantPtr ServiceLink::properties(const std::string& path, const char* interface)
{
    const auto reply =
        call(path, k_properties_interface, "GetAll", g_variant_new("(s)", interface));
    if (g_variant_is_of_type(reply.get(), G_VARIANT_TYPE("(a{sv})")) == FALSE) {
        throw ServiceError{_("The sharing service gave an answer that makes no sense.")};
    }
    return own(g_variant_get_child_value(reply.get(), 0));
}

void ServiceLink::set_property(const std::string& path, const char* interface, const char* name,
                               bool value)
{
    call(path, k_properties_interface, "Set",
         g_variant_new("(ssv)", interface, name, g_variant_new_boolean(value ? TRUE : FALSE)));
}

VariantPtr ServiceLink::status() { return properties(k_path, k_daemon_interface); }

void ServiceLink::set_enabled(bool enabled)
{
    set_property(k_path, k_daemon_interface, "Enabled", enabled);
}

std::vector<ClientEntry> ServiceLink::clients()
{
    const auto reply =
        call(k_path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", nullptr);
    if (g_variant_is_of_type(reply.get(), G_VARIANT_TYPE("(a{oa{sa{sv}}})")) == FALSE) {
        throw ServiceError{_("The sharing service gave an answer that makes no sense.")};
    }
    std::vector<ClientEntry> entries;
    const auto objects = own(g_variant_get_child_value(reply.get(), 0));
    for (gsize i = 0; i < g_variant_n_children(objects.get()); ++i) {
        const auto object = own(g_variant_get_child_value(objects.get(), i));
        const auto path = own(g_variant_get_child_value(object.get(), 0));
        const auto interfaces = own(g_variant_get_child_value(object.get(), 1));
        ClientEntry entry;
        entry.number = number_from_path(g_variant_get_string(path.get(), nullptr));
        entry.properties = lookup(interfaces.get(), k_client_interface, "a{sv}");
        if (entry.number != 0 && entry.properties) {
            entries.push_back(std::move(entry));
        }
    }
    std::sort(entries.begin(), entries.end(), [](const ClientEntry& one, const ClientEntry& other) {
        return one.number < other.number;
    });
    return entries;
}

void ServiceLink::disconnect(std::optional<unsigned> number, const std::string& reason)
{
    if (number) {
        call(client_path(*number), k_client_interface, "Disconnect",
             g_variant_new("(s)", reason.c_str()));
    } else {
        call(k_path, k_daemon_interface, "DisconnectAll", nullptr);
    }
}

void ServiceLink::set_view_only(unsigned number, bool view_only)
{
    set_property(client_path(number), k_client_interface, "ViewOnly", view_only);
}

unsigned ServiceLink::connect(const std::string& uri, GVariant* options, int seconds)
{
    const auto reply = call(k_path, k_daemon_interface, "Connect",
                            g_variant_new("(s@a{sv})", uri.c_str(), options), seconds * 1000);
    if (g_variant_is_of_type(reply.get(), G_VARIANT_TYPE("(o)")) == FALSE) {
        throw ServiceError{_("The sharing service gave an answer that makes no sense.")};
    }
    const char* path = nullptr;
    g_variant_get(reply.get(), "(&o)", &path);
    return number_from_path(path);
}

} // namespace gds::cli
