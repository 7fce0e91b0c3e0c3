// SPDX-License-Identifier: GPL-2.0-or-later
// gnome-desktop-sharing: the command-line control of the daemon.
#include "base/translate.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "config.h"

#include <clocale>
#include <cstdio>

int main(int argc, char* argv[])
{
    std::setlocale(LC_ALL, "");
    bindtextdomain(GDS_GETTEXT_DOMAIN, GDS_LOCALEDIR);
    bind_textdomain_codeset(GDS_GETTEXT_DOMAIN, "UTF-8");

    const auto parsed = gds::cli::parse_arguments({argv + 1, argv + argc});
    if (!parsed.complaint.empty()) {
        std::fprintf(stderr, "gnome-desktop-sharing: %s %s\n", parsed.complaint.c_str(),
                     gds::_("“gnome-desktop-sharing --help” shows what there is."));
        return gds::cli::k_wrong_usage;
    }
    return gds::cli::run_command(parsed.arguments);
}
