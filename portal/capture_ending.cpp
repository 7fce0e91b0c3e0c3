// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/capture_ending.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/translate.h"
#include "portal/desktop_session.h"
#include "portal/portal_request.h"

namespace gds {
namespace {

bool is_missing_service(const std::string& error)
{
    return error == "org.freedesktop.DBus.Error.ServiceUnknown" ||
           error == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
           error.starts_with("org.freedesktop.DBus.Error.Spawn");
}

const char* unknown_failure()
{
    return _("The desktop could not share its screen now. It is tried again.");
}

CaptureEnding by_bus_error(const sdbus::Error& error)
{
    const std::string name = error.getName();
    log_warning("capture failed: " + name + ": " + error.what());
    CaptureEnding ending;
    ending.reason = is_missing_service(name)
                        ? _("The desktop portal is not running. Install and start "
                            "xdg-desktop-portal; the picture comes by itself then.")
                        : unknown_failure();
    return ending;
}

CaptureEnding by_timeout(bool asked)
{
    CaptureEnding ending;
    if (asked) {
        ending.state = CaptureState::refused;
        ending.again = false;
        ending.reason = _("Nobody at the desk allowed to share the screen in time. A new viewer "
                          "asks again.");
    } else {
        ending.reason = _("The desktop portal does not answer. It is tried again.");
    }
    return ending;
}

} // namespace

CaptureEnding ending_by(const CaptureSigns& signs)
{
    CaptureEnding ending;
    ending.state = CaptureState::lost;
    if (signs.pipewire_gone) {
        ending.reason = _("The screen source was lost: PipeWire ended. The picture comes back when "
                          "it runs again.");
    } else if (signs.portal_gone) {
        ending.reason = _("The screen source was lost: the desktop portal ended. The picture comes "
                          "back when it runs again.");
    } else if (signs.outdated || signs.only_input_ended()) {
        ending.state = CaptureState::starting;
        ending.quiet = true;
        ending.at_once = true;
    } else if (signs.starved && !signs.closed) {
        ending.state = CaptureState::starting;
        ending.quiet = true;
    } else if (signs.desktop_changed || !signs.closed) {
        ending.reason = _("The screen source was lost: the compositor ended the stream. The "
                          "picture comes back when the screen does.");
    } else if (signs.screen_locked) {
        ending = ending_by_screen_lock();
    } else {
        ending.state = CaptureState::stopped_by_user;
        ending.again = false;
        ending.reason = _("The person at the desk stopped sharing the screen. A new viewer asks "
                          "again.");
    }
    return ending;
}

CaptureEnding ending_by(const std::exception_ptr& error, bool asked)
{
    CaptureEnding ending;
    try {
        std::rethrow_exception(error);
    } catch (const PortalRefused& refusal) {
        log_info(std::string{"capture refused: "} + refusal.what());
        ending.state = CaptureState::refused;
        ending.again = false;
        ending.reason = _("The person at the desk refused to share the screen. A new viewer asks "
                          "again.");
    } catch (const TimedOut&) {
        ending = by_timeout(asked);
    } catch (const CaptureUnavailable& missing) {
        ending.reason = missing.what();
    } catch (const PortalVanished&) {
        ending.reason = _("The desktop portal ended unexpectedly. The picture comes when it runs "
                          "again.");
    } catch (const sdbus::Error& bus_error) {
        ending = by_bus_error(bus_error);
    } catch (const std::exception& other) {
        log_warning(std::string{"capture failed: "} + other.what());
        ending.reason = unknown_failure();
    }
    return ending;
}

CaptureEnding ending_by_screen_lock()
{
    CaptureEnding ending;
    ending.state = CaptureState::lost;
    ending.reason = _("The screen is locked. The picture comes back when somebody unlocks it at "
                      "the desk.");
    ending.quiet = true;
    return ending;
}

CaptureEnding ending_without_pipewire()
{
    CaptureEnding ending;
    ending.reason = _("PipeWire is not running, so the screen cannot be seen. Start it (systemctl "
                      "--user start pipewire wireplumber); the picture comes by itself then.");
    ending.quiet = true;
    return ending;
}

} // namespace gds
