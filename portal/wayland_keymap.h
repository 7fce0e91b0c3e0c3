// SPDX-License-Identifier: GPL-2.0-or-later
// WaylandKeymap: the keymap of the compositor's seat, as every Wayland client is told it, and again
// whenever it changes. A connection without a window. Owned by PortalInputSink; main thread.
#pragma once

#include "base/source.h"

#include <cstdint>
#include <functional>
#include <string>

struct wl_display;
struct wl_keyboard;
struct wl_registry;
struct wl_seat;

namespace gds {

class WaylandKeymap {
public:
    using OnKeymap = std::function<void(const std::string& text)>;

    // Without a compositor on $WAYLAND_DISPLAY nothing is ever told.
    explicit WaylandKeymap(OnKeymap on_keymap);
    ~WaylandKeymap();
    WaylandKeymap(const WaylandKeymap&) = delete;
    WaylandKeymap& operator=(const WaylandKeymap&) = delete;

    bool connected() const { return display_ != nullptr; }

private:
    struct Listeners;

    void dispatch();
    void close();
    void bind_seat(wl_registry* registry, std::uint32_t name, std::uint32_t version);
    void take_capabilities(std::uint32_t capabilities);
    void take_keymap(std::uint32_t format, int descriptor, std::uint32_t size);

    OnKeymap on_keymap_;
    wl_display* display_ = nullptr;
    wl_registry* registry_ = nullptr;
    wl_seat* seat_ = nullptr;
    wl_keyboard* keyboard_ = nullptr;
    Source source_;
};

// On $WAYLAND_DISPLAY, or on the usual place.
bool wayland_compositor_is_there();

} // namespace gds
