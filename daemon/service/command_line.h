// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon's command line as a value. What stands there wins over the settings for that run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gds {

struct CommandLine {
    bool enable = false;
    std::optional<std::uint16_t> port;
    std::vector<std::string> addresses;
    bool replace = false;
    bool verbose = false;
};

// What to print and how to end instead of running.
struct CommandLineExit {
    int status = 0; // 0: after --help or --version, text is for stdout; 2: wrong usage, for stderr
    std::string text;
};

struct ParsedCommandLine {
    CommandLine options;
    std::optional<CommandLineExit> exit;
};

// `arguments` with the name of the program first.
ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments);

} // namespace gds
