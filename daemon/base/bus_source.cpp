// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bus_source.h"

#include "base/log.h"
#include "base/sdbus_compat.h"
#include "base/source.h"

#include <string>
#include <utility>

#include <glib.h>

namespace gds {

namespace {

// So that a flood of messages leaves turns for the rest.
constexpr int k_messages_per_turn = 64;

} // namespace

struct BusSource::Impl : std::enable_shared_from_this<Impl> {
    // What GLib allocates; everything that needs a destructor is in the Impl.
    struct Watch {
        GSource base;
        Impl* impl;
    };

    sdbus::IConnection* connection; // null once dropped or lost
    std::function<void()> on_lost;
    GPollFD bus = {-1, 0, 0};
    GPollFD event = {-1, G_IO_IN, 0};
    Source source;

    explicit Impl(sdbus::IConnection& served, std::function<void()> lost)
        : connection(&served), on_lost(std::move(lost))
    {
        static GSourceFuncs funcs = {prepare, check, dispatch, nullptr, nullptr, nullptr};
        auto* const watch = reinterpret_cast<Watch*>(g_source_new(&funcs, sizeof(Watch)));
        watch->impl = this;
        source = Source{&watch->base};
        const auto poll = sdbus_poll(*connection);
        bus.fd = poll.fd;
        g_source_add_poll(source.get(), &bus);
        if (poll.event_fd >= 0) {
            event.fd = poll.event_fd;
            g_source_add_poll(source.get(), &event);
        }
        g_source_attach(source.get(), g_main_context_get_thread_default());
    }

    static Impl& of(GSource* source) { return *reinterpret_cast<Watch*>(source)->impl; }

    // Messages may be queued although the descriptor is silent: a synchronous call takes what comes
    // before its reply.
    static gboolean prepare(GSource* source, gint* timeout)
    {
        auto& self = of(source);
        SdbusPoll poll{};
        try {
            poll = sdbus_poll(*self.connection);
        } catch (const sdbus::Error&) {
            // A lost connection: dispatch() deals with it.
            *timeout = 0;
            return TRUE;
        }
        self.bus.events = static_cast<gushort>(poll.events);
        *timeout = poll.timeout_ms;
        return poll.timeout_ms == 0 ? TRUE : FALSE;
    }

    static gboolean check(GSource* source)
    {
        const auto& self = of(source);
        if (self.bus.revents != 0 || self.event.revents != 0) {
            return TRUE;
        }
        try {
            return sdbus_poll(*self.connection).timeout_ms == 0 ? TRUE : FALSE;
        } catch (const sdbus::Error&) {
            return TRUE;
        }
    }

    static gboolean dispatch(GSource* source, GSourceFunc, gpointer)
    {
        // A handler may drop the BusSource.
        const auto self = of(source).shared_from_this();
        try {
            for (int i = 0; i < k_messages_per_turn && self->connection != nullptr; ++i) {
                if (!sdbus_process_one(*self->connection)) {
                    break;
                }
            }
        } catch (const std::exception& error) {
            self->lose(error);
        }
        return G_SOURCE_CONTINUE;
    }

    void lose(const std::exception& error)
    {
        if (connection == nullptr) {
            return;
        }
        log_warning(std::string{"the connection to the bus is lost: "} + error.what());
        connection = nullptr;
        source.reset();
        if (const auto callback = std::exchange(on_lost, {})) {
            callback();
        }
    }
};

BusSource::BusSource(sdbus::IConnection& connection, std::function<void()> on_lost)
    : impl_(std::make_shared<Impl>(connection, std::move(on_lost)))
{}

BusSource::~BusSource()
{
    impl_->connection = nullptr;
    impl_->source.reset();
}

} // namespace gds
