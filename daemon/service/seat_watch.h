// SPDX-License-Identifier: GPL-2.0-or-later
// SeatWatch: whether our session is the one that its screen shows, or somebody else's is there now
// (fast user switching, another virtual terminal), as logind knows it. Owned by main; main thread.
#pragma once

#include "base/gobject_ptr.h"
#include "base/source.h"
#include "base/task_scope.h"

#include <functional>
#include <string>

#include <gio/gio.h>

namespace gds {

// What logind says of a session (org.freedesktop.login1(5)).
struct SeatState {
    bool active = true;
    std::string type; // "wayland", "x11", "tty"...
    std::string seat; // empty: it has no screen of its own
};
// A session without a seat, or on a terminal, shows nothing there that could be switched away.
bool is_away(const SeatState& state);

class SeatWatch {
public:
    // `on_change` is called whenever away() changed. Where there is no logind, or no session of
    // ours, nobody is ever away.
    explicit SeatWatch(std::function<void()> on_change);
    ~SeatWatch();
    SeatWatch(const SeatWatch&) = delete;
    SeatWatch& operator=(const SeatWatch&) = delete;

    bool away() const { return away_; }

private:
    static void on_signal(GDBusConnection* bus, const char* sender, const char* path,
                          const char* interface, const char* signal, GVariant* parameters,
                          void* self);
    Task<> connect();
    void look_soon();
    void look();
    Task<> ask();

    std::function<void()> on_change_;
    GObjectPtr<GDBusConnection> bus_;
    guint signals_ = 0;
    guint owner_ = 0;
    bool away_ = false;
    bool asking_ = false;
    bool again_ = false;
    Source delay_;
    TaskScope tasks_;
};

} // namespace gds
