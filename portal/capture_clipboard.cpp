// SPDX-License-Identifier: GPL-2.0-or-later
// Where the clipboard of a session comes from.
#include "portal/portal_capture.h"

#include "base/log.h"
#include "base/translate.h"

namespace gds {

// By the portal; by Mutter where the portal knows no clipboards. Who may not type has none.
Task<> PortalCapture::open_clipboard()
{
    clipboard_trouble_.clear();
    if (!clipboard_wanted_ || !(grant_.keyboard || grant_.pointer)) {
        clipboard_.detach();
        co_return;
    }
    if (grant_.clipboard) {
        clipboard_.enable();
        co_return;
    }
    bool open = false;
    if (grant_.clipboard_offered) {
        clipboard_trouble_ =
            _("The clipboard is not shared: the person at the desk did not allow it.");
    } else {
        try {
            mutter_clipboard_ = std::make_unique<MutterClipboard>(connection_, clipboard_);
            open = co_await mutter_clipboard_->open();
        } catch (const sdbus::Error& error) {
            log_warning(std::string{"the clipboard cannot be shared: "} + error.what());
        }
        clipboard_trouble_ = open ? ""
                                  : _("The clipboard is not shared: the desktop offers none to "
                                      "other computers.");
    }
    if (status_.state == CaptureState::streaming) {
        set_status(CaptureState::streaming, running_reason());
    }
}

} // namespace gds
