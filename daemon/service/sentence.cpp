// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/sentence.h"

#include <cstdarg>
#include <memory>

#include <glib.h>

namespace gds {

std::string sentence(const char* format, ...)
{
    std::va_list values;
    va_start(values, format);
    const std::unique_ptr<char, decltype(&g_free)> text{g_strdup_vprintf(format, values), g_free};
    va_end(values);
    return text.get();
}

} // namespace gds
