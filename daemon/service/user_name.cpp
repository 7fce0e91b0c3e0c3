// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/user_name.h"

#include "base/translate.h"
#include "rfb/user_name.h"

#include <algorithm>

#include <glib.h>

namespace gds {

namespace {

bool is_control(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: // invisible, so two names could look alike
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

} // namespace

std::string user_name_complaint(std::string_view name)
{
    if (name.empty()) {
        return _("A user name must not be empty.");
    }
    if (name.size() > k_longest_user_name) {
        return _("A user name has at most 128 bytes.");
    }
    if (g_utf8_validate_len(name.data(), name.size(), nullptr) == FALSE) {
        return _("A user name must be valid UTF-8.");
    }
    const std::string text{name};
    for (const char* at = text.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
        if (is_control(g_utf8_get_char(at))) {
            return _("A user name must not have control characters.");
        }
    }
    // "USER:PASSWORD" and "kind:NAME" are how other programs and our rules write these.
    if (name.find(':') != std::string_view::npos) {
        return _("A user name must not have a colon.");
    }
    // NAME@REALM is a Kerberos principal wherever a name is compared.
    if (name.find('@') != std::string_view::npos) {
        return _("A user name must not have an “@”: names with one belong to Kerberos.");
    }
    if (!is_user_name(name)) { // what remains of the rule for those who log in
        return _("A user name must not begin or end with a space.");
    }
    return {};
}

} // namespace gds
