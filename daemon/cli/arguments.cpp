// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/arguments.h"

#include "base/translate.h"
#include "service/sentence.h"

#include <array>
#include <charconv>
#include <string_view>

namespace gds::cli {

namespace {

struct VerbShape {
    std::string_view name;
    Verb verb;
    std::size_t fewest;
    std::size_t most;
    const char* option; // the one it has; empty: none
    const char* operands;
    const char* summary;
};

constexpr std::array k_verbs{
    VerbShape{"status", Verb::status, 0, 0, "--json", "[--json]",
              N_("Show whether and how the desktop is shared")},
    VerbShape{"enable", Verb::enable, 0, 0, "", "", N_("Share the desktop")},
    VerbShape{"disable", Verb::disable, 0, 0, "", "", N_("Stop sharing the desktop")},
    VerbShape{"set-password", Verb::set_password, 0, 1, "--vnc", N_("[USER]"),
              N_("Let USER log in with a password, read from the terminal or standard input")},
    VerbShape{"remove-user", Verb::remove_user, 1, 1, "--vnc", N_("USER"),
              N_("Forget the password of USER")},
    VerbShape{"list-users", Verb::list_users, 0, 0, "", "",
              N_("List the users that have a password")},
    VerbShape{"clients", Verb::clients, 0, 0, "--json", "[--json]",
              N_("List the viewers that are connected")},
    VerbShape{"disconnect", Verb::disconnect, 0, 1, "", N_("[N]"),
              N_("Disconnect viewer N, or all of them")},
    VerbShape{"view-only", Verb::view_only, 2, 2, "", N_("N on|off"),
              N_("Take control from viewer N, or give it back")},
    VerbShape{"fingerprint", Verb::fingerprint, 0, 0, "", "",
              N_("Show the fingerprint of the certificate that viewers are shown")},
};

ParsedArguments complain(std::string sentence)
{
    ParsedArguments parsed;
    parsed.complaint = std::move(sentence);
    return parsed;
}

std::optional<unsigned> number_from(std::string_view text)
{
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || at != end || text.empty()) {
        return std::nullopt;
    }
    return number;
}

// The operands of a verb whose number of operands fits.
ParsedArguments read_operands(const VerbShape& shape, const std::vector<std::string>& operands)
{
    ParsedArguments parsed;
    parsed.arguments.verb = shape.verb;
    if (shape.verb == Verb::set_password || shape.verb == Verb::remove_user) {
        if (!operands.empty()) {
            parsed.arguments.user = operands[0];
        }
        return parsed;
    }
    if (!operands.empty()) {
        parsed.arguments.number = number_from(operands[0]);
        if (!parsed.arguments.number) {
            return complain(sentence(_("“%s” is not the number of a viewer; "
                                       "“gnome-desktop-sharing clients” shows them."),
                                     operands[0].c_str()));
        }
    }
    if (shape.verb == Verb::view_only) {
        if (operands[1] != "on" && operands[1] != "off") {
            return complain(sentence(_("Say “on” or “off”, not “%s”."), operands[1].c_str()));
        }
        parsed.arguments.view_only = operands[1] == "on";
    }
    return parsed;
}

} // namespace

ParsedArguments parse_arguments(const std::vector<std::string>& words)
{
    if (words.empty()) {
        return complain(_("Say what to do."));
    }
    const std::string& name = words[0];
    ParsedArguments parsed;
    if (name == "--help" || name == "-h" || name == "help") {
        parsed.arguments.verb = Verb::help;
        return parsed;
    }
    if (name == "--version") {
        parsed.arguments.verb = Verb::version;
        return parsed;
    }
    for (const auto& shape : k_verbs) {
        if (shape.name != name) {
            continue;
        }
        bool with_option = false;
        bool options_end = false;
        std::vector<std::string> operands;
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (!options_end && words[i] == "--") {
                options_end = true;
            } else if (!options_end && (words[i] == "--help" || words[i] == "-h")) {
                parsed.arguments.verb = Verb::help;
                return parsed;
            } else if (!options_end && *shape.option != '\0' && words[i] == shape.option) {
                with_option = true;
            } else if (!options_end && words[i].size() > 1 && words[i][0] == '-') {
                return complain(
                    sentence(_("“%s” has no option “%s”."), name.c_str(), words[i].c_str()));
            } else {
                operands.push_back(words[i]);
            }
        }
        // Instead of a user.
        const bool vnc = with_option && std::string_view{shape.option} == "--vnc";
        const std::size_t fewest = vnc ? 0 : shape.fewest;
        const std::size_t most = vnc ? 0 : shape.most;
        if (operands.size() < fewest) {
            return complain(sentence(_("“%s” needs more: %s %s"), name.c_str(), name.c_str(),
                                     _(shape.operands)));
        }
        if (operands.size() > most) {
            return complain(
                sentence(_("“%s” is too much for “%s”."), operands[most].c_str(), name.c_str()));
        }
        parsed = read_operands(shape, operands);
        parsed.arguments.json = with_option && !vnc;
        parsed.arguments.vnc = vnc;
        return parsed;
    }
    return complain(sentence(_("“%s” is not a command."), name.c_str()));
}

std::string usage()
{
    std::string text = _("Usage: gnome-desktop-sharing COMMAND\n\n"
                         "Controls the sharing of this desktop session with VNC viewers.\n\n");
    for (const auto& shape : k_verbs) {
        std::string line = "  " + std::string{shape.name};
        if (*shape.operands != '\0') {
            line += ' ';
            line += shape.operands[0] == '[' && shape.operands[1] == '-' ? shape.operands
                                                                         : _(shape.operands);
        }
        constexpr std::size_t k_column = 26;
        line.resize(std::max(line.size() + 1, k_column), ' ');
        text += line + _(shape.summary) + '\n';
    }
    text +=
        _("  --vnc                   With set-password and remove-user, instead of USER: the one\n"
          "                          password of x509-vnc, tls-vnc and vnc-auth\n"
          "  --help                  Show this\n"
          "  --version               Show the version\n");
    return text;
}

} // namespace gds::cli
