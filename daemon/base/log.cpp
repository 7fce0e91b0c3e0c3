// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include "config.h"

#include <vector>

// Writing through GLib keeps one stream and one order with GLib's own warnings.
#define G_LOG_USE_STRUCTURED 1
#include <glib.h>

namespace gds {

namespace {

bool show_debug = false;

GLogField field(const char* key, std::string_view value)
{
    return {key, value.data(), static_cast<gssize>(value.size())};
}

void write_log(GLogLevelFlags level, const char* priority, std::string_view message,
               const std::vector<LogField>& fields, LogPlace place)
{
    const std::string line = std::to_string(place.line);
    std::vector<GLogField> all;
    all.reserve(fields.size() + 6);
    all.push_back(field("MESSAGE", message));
    all.push_back(field("PRIORITY", priority));
    all.push_back(field("GLIB_DOMAIN", GDS_GETTEXT_DOMAIN));
    all.push_back(field("CODE_FILE", place.file));
    all.push_back(field("CODE_LINE", line));
    all.push_back(field("CODE_FUNC", place.function));
    for (const auto& each : fields) {
        all.push_back(field(each.key, each.value));
    }
    g_log_structured_array(level, all.data(), all.size());
}

} // namespace

void log_debug(std::string_view message, const std::vector<LogField>& fields, LogPlace place)
{
    write_log(show_debug ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_DEBUG, "7", message, fields, place);
}

// GLib's default writer hides G_LOG_LEVEL_INFO; MESSAGE is shown. The journal goes by PRIORITY.
void log_info(std::string_view message, const std::vector<LogField>& fields, LogPlace place)
{
    write_log(G_LOG_LEVEL_MESSAGE, "6", message, fields, place);
}

void log_warning(std::string_view message, const std::vector<LogField>& fields, LogPlace place)
{
    write_log(G_LOG_LEVEL_WARNING, "4", message, fields, place);
}

void log_show_debug(bool show) { show_debug = show; }

} // namespace gds
