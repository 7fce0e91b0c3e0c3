// SPDX-License-Identifier: GPL-2.0-or-later
// IdleInhibitor: keeps the session from blanking its screen, by org.gnome.SessionManager or
// org.freedesktop.ScreenSaver, whichever is there. Owned by SessionCare; main thread.
#pragma once

#include "base/bus_call.h"
#include "base/task_scope.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace gds {

class IdleInhibitor {
public:
    // The connection outlives it. The services release what was inhibited when that ends.
    explicit IdleInhibitor(sdbus::IConnection& connection);
    IdleInhibitor(const IdleInhibitor&) = delete;
    IdleInhibitor& operator=(const IdleInhibitor&) = delete;

    void set(bool inhibit);

private:
    struct Held {
        std::size_t service = 0;
        std::uint32_t cookie = 0;
    };

    void settle();
    Task<> pursue();
    Task<std::optional<Held>> inhibit();
    void release();
    void note_owner(std::size_t service);

    sdbus::IConnection& connection_;
    bool wanted_ = false;
    std::optional<Held> held_;
    std::vector<sdbus::Slot> matches_;
    bool pursuing_ = false;
    bool again_ = false;
    TaskScope tasks_;
};

} // namespace gds
