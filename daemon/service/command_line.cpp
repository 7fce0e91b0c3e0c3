// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/command_line.h"

#include "base/translate.h"
#include "config.h"
#include "service/sentence.h"

#include <limits>
#include <memory>

#include <glib.h>

namespace gds {

namespace {

using ContextPtr = std::unique_ptr<GOptionContext, decltype(&g_option_context_free)>;
using TextPtr = std::unique_ptr<char, decltype(&g_free)>;
using TextListPtr = std::unique_ptr<char*, decltype(&g_strfreev)>;

ParsedCommandLine wrong_usage(const std::string& why)
{
    ParsedCommandLine parsed;
    parsed.exit = CommandLineExit{
        2, sentence("%s\n%s\n", why.c_str(),
                    _("Run “gnome-desktop-sharing-daemon --help” to see the options."))};
    return parsed;
}

} // namespace

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments)
{
    gboolean help = FALSE;
    gboolean version = FALSE;
    gboolean enable = FALSE;
    gboolean replace = FALSE;
    gboolean verbose = FALSE;
    constexpr gint64 k_not_given = std::numeric_limits<gint64>::min();
    gint64 port = k_not_given;
    char** addresses = nullptr;
    const GOptionEntry entries[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, N_("Show these options"), nullptr},
        {"enable", 0, 0, G_OPTION_ARG_NONE, &enable,
         N_("Share the desktop, whatever the settings say"), nullptr},
        {"port", 0, 0, G_OPTION_ARG_INT64, &port, N_("TCP port to listen on"), N_("N")},
        {"address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &addresses,
         N_("IP address, network interface or unix:PATH to listen on; may be repeated"), N_("A")},
        {"replace", 0, 0, G_OPTION_ARG_NONE, &replace, N_("Take over from a running instance"),
         nullptr},
        {"verbose", 0, 0, G_OPTION_ARG_NONE, &verbose, N_("Log what happens in detail"), nullptr},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Show the version"), nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr},
    };

    const ContextPtr context{g_option_context_new(nullptr), g_option_context_free};
    g_option_context_set_help_enabled(context.get(), FALSE);
    g_option_context_set_translation_domain(context.get(), GDS_GETTEXT_DOMAIN);
    g_option_context_set_summary(context.get(), _("Shares this desktop session with VNC viewers."));
    g_option_context_add_main_entries(context.get(), entries, GDS_GETTEXT_DOMAIN);

    // GOption takes what it knows out of the vector; what remains is ours to free.
    char** vector = g_new0(char*, arguments.size() + 1);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        vector[i] = g_strdup(arguments[i].c_str());
    }
    GError* error = nullptr;
    const bool understood = g_option_context_parse_strv(context.get(), &vector, &error) != FALSE;
    const TextListPtr rest{vector, g_strfreev};
    const TextListPtr named_addresses{addresses, g_strfreev};
    if (!understood) {
        const std::string why = error->message;
        g_error_free(error);
        return wrong_usage(why);
    }
    if (rest && g_strv_length(rest.get()) > 1) {
        return wrong_usage(sentence(_("“%s” is not an option."), rest.get()[1]));
    }

    ParsedCommandLine parsed;
    if (help) {
        const TextPtr text{g_option_context_get_help(context.get(), TRUE, nullptr), g_free};
        parsed.exit = CommandLineExit{0, text.get()};
        return parsed;
    }
    if (version) {
        parsed.exit = CommandLineExit{0, "gnome-desktop-sharing-daemon " GDS_VERSION "\n"};
        return parsed;
    }
    if (port != k_not_given) {
        if (port < 1 || port > std::numeric_limits<std::uint16_t>::max()) {
            return wrong_usage(_("A port is a number from 1 to 65535."));
        }
        parsed.options.port = static_cast<std::uint16_t>(port);
    }
    for (char** each = addresses; each != nullptr && *each != nullptr; ++each) {
        if (**each == '\0') {
            return wrong_usage(_("An address to listen on must not be empty."));
        }
        parsed.options.addresses.emplace_back(*each);
    }
    parsed.options.enable = enable != FALSE;
    parsed.options.replace = replace != FALSE;
    parsed.options.verbose = verbose != FALSE;
    return parsed;
}

} // namespace gds
