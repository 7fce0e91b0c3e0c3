// SPDX-License-Identifier: GPL-2.0-or-later
// What GNOME's own remote desktop (gnome-remote-desktop, switched in GNOME Settings) is told to do.
// Only read.
#pragma once

#include <cstdint>

namespace gds {

struct GnomeSwitch {
    bool installed = false; // its schemas are there
    bool rdp = false;
    bool vnc = false; // versions that still had VNC
    std::uint16_t rdp_port = 3389;
    std::uint16_t vnc_port = 5900;
};

GnomeSwitch read_gnome_switch();

} // namespace gds
