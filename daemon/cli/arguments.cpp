// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/arguments.h"

#include "base/translate.h"
#include "cli/call_options.h"
#include "service/sentence.h"

#include <algorithm>
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

constexpr const char* k_json = "--json";
constexpr const char* k_vnc = "--vnc";
constexpr std::string_view k_proxy = "--proxy"; // beside --vnc

constexpr std::array k_verbs{
    VerbShape{"status", Verb::status, 0, 0, k_json, "[--json]",
              N_("Show whether and how the desktop is shared")},
    VerbShape{"enable", Verb::enable, 0, 0, "", "", N_("Share the desktop")},
    VerbShape{"disable", Verb::disable, 0, 0, "", "", N_("Stop sharing the desktop")},
    VerbShape{"set-password", Verb::set_password, 0, 1, k_vnc, N_("[USER]"),
              N_("Let USER log in with a password, read from the terminal or standard input")},
    VerbShape{"remove-user", Verb::remove_user, 1, 1, k_vnc, N_("USER"),
              N_("Forget the password of USER")},
    VerbShape{"list-users", Verb::list_users, 0, 0, "", "",
              N_("List the users that have a password")},
    VerbShape{"clients", Verb::clients, 0, 0, k_json, "[--json]",
              N_("List the viewers that are connected")},
    VerbShape{"disconnect", Verb::disconnect, 0, 1, "", N_("[N]"),
              N_("Disconnect viewer N, or all of them")},
    VerbShape{"view-only", Verb::view_only, 2, 2, "", N_("N on|off"),
              N_("Take control from viewer N, or give it back")},
    VerbShape{"connect", Verb::connect, 1, 1, "", N_("URI"),
              N_("Call a viewer that listens, at vnc://HOST[:PORT]")},
    VerbShape{"fingerprint", Verb::fingerprint, 0, 0, "", "",
              N_("Show the fingerprint of the certificate that viewers are shown")},
    VerbShape{"doctor", Verb::doctor, 0, 0, k_json, "[--json]",
              N_("Look for what keeps viewers out, and say what to do")},
};

const VerbShape* shape_of(std::string_view name)
{
    const auto* const found = std::ranges::find(k_verbs, name, &VerbShape::name);
    return found != k_verbs.end() ? found : nullptr;
}

// An option is the same in every language.
std::string operands_of(const VerbShape& shape)
{
    const std::string_view words = shape.operands;
    return words.empty() || words.starts_with("[-") ? std::string{words} : _(shape.operands);
}

// "set-password [USER]"
std::string synopsis(const VerbShape& shape)
{
    const auto operands = operands_of(shape);
    return std::string{shape.name} + (operands.empty() ? "" : ' ' + operands);
}

ParsedArguments help_about(const VerbShape* shape)
{
    ParsedArguments parsed;
    parsed.arguments.verb = Verb::help;
    if (shape != nullptr) {
        parsed.arguments.about = shape->verb;
    }
    return parsed;
}

std::string usage_of(const VerbShape& shape)
{
    std::string text = sentence(_("Usage: gnome-desktop-sharing %s"), synopsis(shape).c_str());
    const std::string_view option = shape.option;
    if (option == k_vnc) {
        text += "\n       gnome-desktop-sharing " + std::string{shape.name} + " --vnc";
        text += "\n       gnome-desktop-sharing " + std::string{shape.name} +
                " --proxy USER@HOST[:PORT]";
    }
    text += "\n\n" + std::string{_(shape.summary)} + ".\n\n";
    if (option == k_json) {
        text += _("  --json    Print JSON, for programs; the manual page describes it\n");
    } else if (option == k_vnc) {
        text += _("  --vnc     The one password of x509-vnc, tls-vnc and vnc-auth, which know no "
                  "users\n");
        text += _("  --proxy   The password by which “connect” logs in to a SOCKS proxy\n");
    }
    if (shape.verb == Verb::connect) {
        text += call_options_help();
    }
    return text + _("  --help    Show this\n");
}

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
    if (!operands.empty() && shape.verb != Verb::connect) {
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

// `words` with the name of the verb.
ParsedArguments parse_verb(const VerbShape& shape, std::vector<std::string> words)
{
    CallOptionWords call;
    if (shape.verb == Verb::connect) {
        call = take_call_options(words);
        if (!call.complaint.empty()) {
            return complain(call.complaint);
        }
    }
    const char* const name = words[0].c_str();
    bool with_option = false;
    bool proxy = false;
    bool options_end = false;
    std::vector<std::string> operands;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!options_end && words[i] == "--") {
            options_end = true;
        } else if (!options_end && (words[i] == "--help" || words[i] == "-h")) {
            return help_about(&shape);
        } else if (!options_end && *shape.option != '\0' && words[i] == shape.option) {
            with_option = true;
        } else if (!options_end && shape.option == std::string_view{k_vnc} && words[i] == k_proxy) {
            proxy = true;
        } else if (!options_end && words[i].size() > 1 && words[i][0] == '-') {
            return complain(sentence(_("“%s” has no option “%s”."), name, words[i].c_str()));
        } else {
            operands.push_back(words[i]);
        }
    }
    // Instead of a user.
    const bool vnc = with_option && std::string_view{shape.option} == k_vnc;
    const std::size_t fewest = vnc ? 0 : proxy ? 1 : shape.fewest;
    const std::size_t most = vnc ? 0 : shape.most;
    if (operands.size() < fewest) {
        return complain(
            sentence(_("“%s” needs more: %s %s"), name, name, operands_of(shape).c_str()));
    }
    if (operands.size() > most) {
        return complain(sentence(_("“%s” is too much for “%s”."), operands[most].c_str(), name));
    }
    auto parsed = read_operands(shape, operands);
    if (shape.verb == Verb::connect) {
        parsed.arguments.uri = operands[0];
        parsed.arguments.view_only = call.view_only;
        parsed.arguments.retry_for = call.retry_for;
        parsed.arguments.call_options = std::move(call.texts);
    }
    parsed.arguments.json = with_option && !vnc;
    parsed.arguments.vnc = vnc;
    parsed.arguments.proxy = proxy;
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
        return help_about(words.size() > 1 ? shape_of(words[1]) : nullptr);
    }
    if (name == "--version") {
        parsed.arguments.verb = Verb::version;
        return parsed;
    }
    const VerbShape* const shape = shape_of(name);
    return shape != nullptr ? parse_verb(*shape, words)
                            : complain(sentence(_("“%s” is not a command."), name.c_str()));
}

std::string usage(std::optional<Verb> about)
{
    if (about) {
        const auto* const shape = std::ranges::find(k_verbs, *about, &VerbShape::verb);
        return usage_of(*shape);
    }
    std::string text = _("Usage: gnome-desktop-sharing COMMAND\n\n"
                         "Controls the sharing of this desktop session with VNC viewers.\n\n");
    for (const auto& shape : k_verbs) {
        std::string line = "  " + synopsis(shape);
        constexpr std::size_t k_column = 26;
        line.resize(std::max(line.size() + 1, k_column), ' ');
        text += line + _(shape.summary) + '\n';
    }
    text +=
        _("  --vnc                   With set-password and remove-user, instead of USER: the one\n"
          "                          password of x509-vnc, tls-vnc and vnc-auth\n"
          "  --help                  Show this, or after a command, what there is about it\n"
          "  --version               Show the version\n");
    return text;
}

} // namespace gds::cli
