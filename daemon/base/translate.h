// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences that people see, in their language. Log messages are not translated.
#pragma once

#include "config.h"

#include <libintl.h>

namespace gds {

// The name that xgettext looks for.
[[gnu::format_arg(1)]] inline const char* _(const char* text)
{
    return dgettext(GDS_GETTEXT_DOMAIN, text);
}

// Marks a constant for xgettext; it is translated where it is used.
constexpr const char* N_(const char* text) { return text; }

} // namespace gds
