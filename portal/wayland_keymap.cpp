// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/wayland_keymap.h"

#include "base/log.h"
#include "base/unique_fd.h"
#include "portal/keymap_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <glib-unix.h>
#include <wayland-client.h>

namespace gds {
namespace {

constexpr std::uint32_t k_seat_version = 1;

} // namespace

bool wayland_compositor_is_there()
{
    wl_display* const display = wl_display_connect(nullptr);
    if (display == nullptr) {
        return false;
    }
    wl_display_disconnect(display);
    return true;
}

struct WaylandKeymap::Listeners {
    static WaylandKeymap& self(void* data) { return *static_cast<WaylandKeymap*>(data); }

    static void on_global(void* data, wl_registry* registry, std::uint32_t name,
                          const char* interface, std::uint32_t)
    {
        if (std::strcmp(interface, wl_seat_interface.name) == 0) {
            self(data).bind_seat(registry, name, k_seat_version);
        }
    }
    static void on_global_remove(void*, wl_registry*, std::uint32_t) {}
    static void on_capabilities(void* data, wl_seat*, std::uint32_t capabilities)
    {
        self(data).take_capabilities(capabilities);
    }
    static void on_seat_name(void*, wl_seat*, const char*) {}
    static void on_keymap(void* data, wl_keyboard*, std::uint32_t format, std::int32_t descriptor,
                          std::uint32_t size)
    {
        self(data).take_keymap(format, descriptor, size);
    }
    // Without a window no keyboard focus, and none of these.
    static void on_enter(void*, wl_keyboard*, std::uint32_t, wl_surface*, wl_array*) {}
    static void on_leave(void*, wl_keyboard*, std::uint32_t, wl_surface*) {}
    static void on_key(void*, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t,
                       std::uint32_t)
    {}
    static void on_modifiers(void*, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t,
                             std::uint32_t, std::uint32_t)
    {}
    static void on_repeat_info(void*, wl_keyboard*, std::int32_t, std::int32_t) {}

    static constexpr wl_registry_listener k_registry{on_global, on_global_remove};
    static constexpr wl_seat_listener k_seat{on_capabilities, on_seat_name};
    static constexpr wl_keyboard_listener k_keyboard{on_keymap, on_enter,     on_leave,
                                                     on_key,    on_modifiers, on_repeat_info};
};

WaylandKeymap::WaylandKeymap(OnKeymap on_keymap) : on_keymap_(std::move(on_keymap))
{
    display_ = wl_display_connect(nullptr);
    if (display_ == nullptr) {
        log_info("no Wayland compositor tells its keymap: characters that are not on the keyboard "
                 "cannot be typed");
        return;
    }
    registry_ = wl_display_get_registry(display_);
    wl_registry_add_listener(registry_, &Listeners::k_registry, this);
    wl_display_flush(display_);
    const auto ready = [](gint, GIOCondition, gpointer self) -> gboolean {
        static_cast<WaylandKeymap*>(self)->dispatch();
        return G_SOURCE_CONTINUE;
    };
    GSource* source = g_unix_fd_source_new(wl_display_get_fd(display_), G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(+ready), this, nullptr);
    g_source_attach(source, g_main_context_get_thread_default());
    source_ = Source{source};
}

WaylandKeymap::~WaylandKeymap() { close(); }

void WaylandKeymap::close()
{
    source_.reset();
    if (keyboard_ != nullptr) {
        wl_keyboard_destroy(std::exchange(keyboard_, nullptr));
    }
    if (seat_ != nullptr) {
        wl_seat_destroy(std::exchange(seat_, nullptr));
    }
    if (registry_ != nullptr) {
        wl_registry_destroy(std::exchange(registry_, nullptr));
    }
    if (display_ != nullptr) {
        wl_display_disconnect(std::exchange(display_, nullptr));
    }
}

// Called when there is something to read, so that reading does not wait.
void WaylandKeymap::dispatch()
{
    bool well = wl_display_prepare_read(display_) != 0 || wl_display_read_events(display_) == 0;
    well = well && wl_display_dispatch_pending(display_) >= 0;
    well = well && (wl_display_flush(display_) >= 0 || errno == EAGAIN);
    if (!well) {
        close(); // the compositor is gone; the next session asks the next one
    }
}

void WaylandKeymap::bind_seat(wl_registry* registry, std::uint32_t name, std::uint32_t version)
{
    if (seat_ == nullptr) {
        seat_ =
            static_cast<wl_seat*>(wl_registry_bind(registry, name, &wl_seat_interface, version));
        wl_seat_add_listener(seat_, &Listeners::k_seat, this);
    }
}

void WaylandKeymap::take_capabilities(std::uint32_t capabilities)
{
    const bool keyboard = (capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0;
    if (keyboard && keyboard_ == nullptr) {
        keyboard_ = wl_seat_get_keyboard(seat_);
        wl_keyboard_add_listener(keyboard_, &Listeners::k_keyboard, this);
    } else if (!keyboard && keyboard_ != nullptr) {
        wl_keyboard_destroy(std::exchange(keyboard_, nullptr));
    }
}

void WaylandKeymap::take_keymap(std::uint32_t format, int descriptor, std::uint32_t size)
{
    const UniqueFd file{descriptor};
    if (format != WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1) {
        return;
    }
    if (const auto text = read_keymap_file(file.get(), size)) {
        on_keymap_(*text);
    }
}

} // namespace gds
