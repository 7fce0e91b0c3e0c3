// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/user_name.h"

#include <cstddef>

#include <glib.h>

namespace gds {

namespace {

// Cyrus SASL keeps names in 256 octets.
constexpr std::size_t k_max_user_name = 200;

} // namespace

bool is_user_name(std::string_view name)
{
    if (name.empty() || name.size() > k_max_user_name ||
        g_utf8_validate_len(name.data(), name.size(), nullptr) == FALSE) {
        return false;
    }
    const char* const begin = name.data();
    const char* const end = begin + name.size();
    for (const char* at = begin; at < end; at = g_utf8_next_char(at)) {
        if (g_unichar_iscntrl(g_utf8_get_char(at)) != FALSE) {
            return false;
        }
    }
    return g_unichar_isspace(g_utf8_get_char(begin)) == FALSE &&
           g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(end))) == FALSE;
}

} // namespace gds
