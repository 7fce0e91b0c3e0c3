// SPDX-License-Identifier: GPL-2.0-or-later
// The control's command line as a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gds::cli {

enum class Verb {
    status,
    enable,
    disable,
    set_password,
    remove_user,
    list_users,
    clients,
    disconnect,
    view_only,
    connect,
    fingerprint,
    doctor,
    help,
    version,
};

// Exit statuses of the contract.
inline constexpr int k_done = 0;
inline constexpr int k_failed = 1;
inline constexpr int k_wrong_usage = 2;

struct Arguments {
    Verb verb = Verb::help;
    bool json = false;
    // The VNC password is meant, not one of a user.
    bool vnc = false;
    // The one by which we log in to a proxy, which `user` names.
    bool proxy = false;
    std::optional<std::string> user;
    std::optional<unsigned> number;
    bool view_only = false;
    // Of `connect`: where, and the options of the D-Bus method that are texts.
    std::string uri;
    std::map<std::string, std::string> call_options;
    std::optional<unsigned> retry_for;
    // Of `help`: the one verb that is asked about.
    std::optional<Verb> about;
};

struct ParsedArguments {
    Arguments arguments;
    // Not empty: wrong usage, and this sentence says how.
    std::string complaint;
};

// Without the name of the program.
ParsedArguments parse_arguments(const std::vector<std::string>& words);

// Of all verbs, or of that one.
std::string usage(std::optional<Verb> about = std::nullopt);

} // namespace gds::cli
