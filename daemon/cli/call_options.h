// SPDX-License-Identifier: GPL-2.0-or-later
// The options of `connect`, which have values where those of other verbs have none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gds::cli {

struct CallOptionWords {
    std::map<std::string, std::string> texts; // by their names on D-Bus
    std::optional<unsigned> retry_for;
    bool view_only = false;
    // Not empty: wrong usage, and this sentence says how.
    std::string complaint;
};

// Takes them, "--name VALUE" or "--name=VALUE", out of the words; those behind "--" are no options.
CallOptionWords take_call_options(std::vector<std::string>& words);

// A line for each.
std::string call_options_help();

} // namespace gds::cli
