// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/system_bus.h"

#include "base/gio_call.h"
#include "base/glib_error.h"

namespace gds {

Task<GObjectPtr<GDBusConnection>> system_bus()
{
    auto start = [](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        g_bus_get(G_BUS_TYPE_SYSTEM, cancellable, ready, data);
    };
    const auto result = co_await gio_call(start);
    ErrorSlot error;
    GObjectPtr<GDBusConnection> bus{g_bus_get_finish(result.get(), error.out())};
    error.check();
    g_dbus_connection_set_exit_on_close(bus.get(), FALSE); // we live without it
    co_return bus;
}

} // namespace gds
