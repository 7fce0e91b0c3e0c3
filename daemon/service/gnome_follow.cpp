// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_follow.h"

namespace gds {

namespace {

// Only what is switched on counts: the keys of the other may be years old. Of two the narrower.
bool is_view_only(const GnomeState& gnome)
{
    return (gnome.rdp.enabled && gnome.rdp.view_only) || (gnome.vnc.enabled && gnome.vnc.view_only);
}

} // namespace

bool is_switched_on(const GnomeState& gnome)
{
    const bool moved_on = gnome.rdp.enabled || gnome.vnc.enabled;
    return moved_on && (gnome.started || !gnome.has_service_manager) && !gnome.dismissed;
}

SharingDecision decide_sharing(const OwnWishes& own, const GnomeState& gnome)
{
    const bool follows = own.follow && !own.enabled_locked && is_switched_on(gnome);
    SharingDecision decision;
    if (own.enabled) {
        decision.enabled_by.emplace_back("settings");
    }
    if (follows) {
        decision.enabled_by.emplace_back("gnome-settings");
    }
    if (own.command_line) {
        decision.enabled_by.emplace_back("command-line");
    }
    decision.enabled = !decision.enabled_by.empty();
    decision.view_only =
        own.view_only || (follows && !own.view_only_decided && is_view_only(gnome));
    decision.gnome_login = follows;
    decision.gnome_certificate = follows && !own.certificate_decided &&
                                 !gnome.certificate_file.empty() && !gnome.private_key_file.empty();
    return decision;
}

} // namespace gds
