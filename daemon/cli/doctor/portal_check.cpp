// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/portal_check.h"

#include "base/translate.h"
#include "cli/doctor/keyring_check.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_portal = "portal";
constexpr const char* k_mutter = "mutter";
constexpr const char* k_permission = "permission";

// Of AvailableSourceTypes and AvailableDeviceTypes of the portal's interfaces.
constexpr std::uint32_t k_monitor = 1;
constexpr std::uint32_t k_virtual_monitor = 4;
constexpr std::uint32_t k_keyboard = 1;
constexpr std::uint32_t k_pointer = 2;

// The first versions with persist_mode.
constexpr std::uint32_t k_remote_desktop_remembers = 2;
constexpr std::uint32_t k_screen_cast_remembers = 4;

PortalInterface interface_of(const char* name, const char* types, BusTrouble& trouble)
{
    const auto answer = ask_properties({.name = "org.freedesktop.portal.Desktop",
                                        .path = "/org/freedesktop/portal/desktop",
                                        .interface = nullptr,
                                        .method = nullptr},
                                       name);
    PortalInterface found;
    if (!answer.value) {
        // An interface that is not there is refused, and is not a portal that is not there.
        trouble = answer.trouble != BusTrouble::refused ? answer.trouble : BusTrouble::none;
        return found;
    }
    guint32 number = 0;
    if (g_variant_lookup(answer.value.get(), "version", "u", &number) != FALSE) {
        found.version = number;
    }
    if (types != nullptr && g_variant_lookup(answer.value.get(), types, "u", &number) != FALSE) {
        found.types = number;
    }
    return found;
}

std::string versions(const PortalFacts& facts)
{
    std::string text;
    const auto add = [&text](const char* name, const PortalInterface& each) {
        if (each.version) {
            text += (text.empty() ? "" : ", ") + std::string{name} + ' ' +
                    std::to_string(*each.version);
        }
    };
    add("ScreenCast", facts.screen_cast);
    add("RemoteDesktop", facts.remote_desktop);
    add("Clipboard", facts.clipboard);
    return text;
}

bool remembers(const PortalFacts& facts)
{
    return facts.remote_desktop.version
               ? *facts.remote_desktop.version >= k_remote_desktop_remembers
               : facts.screen_cast.version.value_or(0) >= k_screen_cast_remembers;
}

Findings judge_mutter(const PortalFacts& facts)
{
    if (facts.trouble == BusTrouble::no_bus) {
        return {}; // judge_service() says so
    }
    if (facts.mutter) {
        return {well(k_mutter, _("Mutter itself shares screen, keyboard and pointer; nobody is "
                                 "asked (“capture” is “mutter”)."))};
    }
    return {fault(k_mutter,
                  _("The setting “capture” is “mutter”, and neither GNOME Shell nor Mutter is "
                    "running."),
                  _("Start a GNOME session, or ask the desktop portal: “gsettings reset "
                    "org.gnome.desktop-sharing capture”."))};
}

} // namespace

PortalFacts gather_portal()
{
    PortalFacts facts;
    facts.screen_cast =
        interface_of("org.freedesktop.portal.ScreenCast", "AvailableSourceTypes", facts.trouble);
    if (facts.trouble == BusTrouble::none) {
        facts.remote_desktop = interface_of("org.freedesktop.portal.RemoteDesktop",
                                            "AvailableDeviceTypes", facts.trouble);
    }
    if (facts.trouble == BusTrouble::none) {
        facts.clipboard = interface_of("org.freedesktop.portal.Clipboard", nullptr, facts.trouble);
    }
    facts.mutter = has_owner("org.gnome.Mutter.RemoteDesktop");
    return facts;
}

Findings judge_portal(const PortalFacts& facts, const Policy& policy)
{
    if (policy.capture == CaptureWay::mutter) {
        return judge_mutter(facts);
    }
    switch (facts.trouble) {
    case BusTrouble::none:
    case BusTrouble::refused:
        break;
    case BusTrouble::no_bus:
        return {}; // judge_service() says so
    case BusTrouble::absent:
        return {fault(k_portal, _("The desktop portal does not run, so that there is no picture."),
                      _("Install xdg-desktop-portal and start it with “systemctl --user start "
                        "xdg-desktop-portal”."))};
    case BusTrouble::silent:
        return {fault(k_portal,
                      _("The desktop portal does not answer, so that there is no picture."),
                      _("Restart it with “systemctl --user restart xdg-desktop-portal”."))};
    }
    if (!facts.screen_cast.version) {
        return {fault(k_portal, _("The desktop portal cannot share screens on this desktop."),
                      _("Install the portal's backend for this desktop, such as "
                        "xdg-desktop-portal-gnome, and log in again."))};
    }
    const std::uint32_t source =
        policy.monitors == MonitorChoice::virtual_monitor ? k_virtual_monitor : k_monitor;
    if ((facts.screen_cast.types & source) == 0) {
        return {source == k_monitor
                    ? fault(k_portal, _("The desktop portal can share windows and no monitors."),
                            _("Install the portal's backend for this desktop, such as "
                              "xdg-desktop-portal-gnome, and log in again."))
                    : fault(k_portal,
                            _("The setting “monitors” is “virtual”, and the desktop portal can "
                              "make no virtual monitors."),
                            _("Share a real one: “gsettings reset org.gnome.desktop-sharing "
                              "monitors”."))};
    }
    const std::uint32_t both = k_keyboard | k_pointer;
    if (!facts.remote_desktop.version || (facts.remote_desktop.types & both) != both) {
        return {warning(k_portal,
                        sentence(_("The desktop portal (%s) takes no keyboard and pointer from "
                                   "elsewhere, so that viewers can look and not control."),
                                 versions(facts).c_str()),
                        _("Use a desktop whose portal backend has RemoteDesktop, as that of GNOME "
                          "does."))};
    }
    if (policy.clipboard != ClipboardWays::off && !facts.clipboard.version && !facts.mutter) {
        return {warning(k_portal,
                        sentence(_("The desktop portal (%s) has no clipboard, so that viewers "
                                   "cannot copy and paste."),
                                 versions(facts).c_str()),
                        _("Upgrade xdg-desktop-portal to 1.18 or newer, and its backend, or switch "
                          "it off: “gsettings set org.gnome.desktop-sharing clipboard off”."))};
    }
    return {
        well(k_portal, sentence(_("The desktop portal shares screen, keyboard and pointer (%s)."),
                                versions(facts).c_str()))};
}

PermissionFacts gather_permission(const std::string& monitors)
{
    const auto found =
        find_keyring_items("org.gnome.DesktopSharing.RestoreToken", {{"monitors", monitors}});
    return {found.trouble, !found.unlocked.empty() || !found.locked.empty(),
            found.unlocked.empty() && !found.locked.empty()};
}

Findings judge_permission(const PermissionFacts& facts, const PortalFacts& portal,
                          const Policy& policy)
{
    if (policy.capture == CaptureWay::mutter || facts.trouble != BusTrouble::none || facts.locked ||
        portal.trouble != BusTrouble::none || !portal.screen_cast.version) {
        return {};
    }
    if (facts.kept) {
        return {well(k_permission, _("The permission to share the screen was given and is kept."))};
    }
    if (!remembers(portal)) {
        return {warning(k_permission,
                        _("This desktop portal cannot remember that the screen may be shared: "
                          "somebody at the desk is asked each time."),
                        _("Upgrade xdg-desktop-portal to 1.17 or newer."))};
    }
    return {warning(k_permission,
                    _("Nobody has allowed yet that the screen is shared, so that the first viewer "
                      "waits for somebody at the desk."),
                    _("Connect a viewer once, and allow it at the desk."))};
}

} // namespace gds::cli
