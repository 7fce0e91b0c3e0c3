// SPDX-License-Identifier: GPL-2.0-or-later
// One line per fact, to the journal or to standard error. Never a secret, never a key event; what a
// peer sent goes through printable() first. Not translated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gds {

// A field of the journal record: upper-case key ("RFB_PEER", "MESSAGE_ID"), any text.
struct LogField {
    const char* key;
    std::string value;
};

struct LogPlace {
    const char* file;
    int line;
    const char* function;
    static constexpr LogPlace here(const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                                   const char* function = __builtin_FUNCTION())
    {
        return {file, line, function};
    }
};

// Shown only with --verbose or G_MESSAGES_DEBUG.
void log_debug(std::string_view message, const std::vector<LogField>& fields = {},
               LogPlace place = LogPlace::here());
void log_info(std::string_view message, const std::vector<LogField>& fields = {},
              LogPlace place = LogPlace::here());
void log_warning(std::string_view message, const std::vector<LogField>& fields = {},
                 LogPlace place = LogPlace::here());

// --verbose: debug lines are shown whatever the environment says.
void log_show_debug(bool show);

} // namespace gds
