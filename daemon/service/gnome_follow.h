// SPDX-License-Identifier: GPL-2.0-or-later
// What the Remote Desktop switch of GNOME Settings means for us. A pure function of values: who
// reads them is gnome_settings (GNOME's) and policy_from_settings (ours).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gds {

// What GNOME Settings has written and started.
struct GnomeState {
    // One of the protocols that the switch stands for, as its own keys have it.
    struct Protocol {
        bool enabled = false;
        bool view_only = true;
        std::uint16_t port = 0; // of gnome-remote-desktop
        bool operator==(const Protocol&) const = default;
    };
    Protocol rdp;
    Protocol vnc;
    // Only a service manager can be told to start and stop something; without one the keys alone
    // say where the switch stands.
    bool has_service_manager = false;
    bool started = false; // the unit that stands beside gnome-remote-desktop's
    bool dismissed = false; // sharing was ended here, and the switch was not moved since
    std::string certificate_file;
    std::string private_key_file;

    bool operator==(const GnomeState&) const = default;
};

// Our own keys, and how they came by their values.
struct OwnWishes {
    bool enabled = false;
    bool enabled_locked = false; // by an administrator
    bool command_line = false;
    bool follow = true;
    bool view_only = false;
    bool view_only_decided = false; // set by the user, or locked
    bool certificate_decided = false; // likewise, or not empty
};

struct SharingDecision {
    bool enabled = false;
    std::vector<std::string> enabled_by; // the words of the property EnabledBy
    bool view_only = false;
    bool gnome_login = false; // user and password of GNOME Settings let somebody in
    bool gnome_certificate = false;
};

// Where the switch stands.
bool is_switched_on(const GnomeState& gnome);

// Nothing from GNOME makes anything more open than our keys have it, but for the switch itself, and
// that not where an administrator has locked ours.
SharingDecision decide_sharing(const OwnWishes& own, const GnomeState& gnome);

} // namespace gds
