// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/vnc_password.h"

#include "base/translate.h"
#include "rfb/security_vnc_auth.h"

#include <glib.h>

namespace gds {

std::string vnc_password_complaint(std::string_view password)
{
    if (password.empty()) {
        // Translators: security-relevant.
        return _("An empty VNC password would let everybody in; choose another.");
    }
    if (password.size() > k_max_vnc_password) {
        // Some viewers would cut it without a word, others refuse.
        return _("A VNC password has at most 8 bytes, because the protocol takes no more of it; "
                 "choose a shorter one.");
    }
    if (password.find('\0') != std::string_view::npos ||
        g_utf8_validate_len(password.data(), password.size(), nullptr) == FALSE) {
        return _("The password must be valid UTF-8 text.");
    }
    return {};
}

} // namespace gds
