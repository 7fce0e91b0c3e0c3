# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for gnome-desktop-sharing(1)

function __gnome_desktop_sharing_verbs
    gnome-desktop-sharing --help 2>/dev/null | string match -rg '^  ([a-z][a-z-]+)'
end

# Whether the words so far are the command, one of the verbs given, and $argv[1] operands.
function __gnome_desktop_sharing_at
    set -l words (commandline -opc)
    test (count $words) -eq (math 2 + $argv[1]); and contains -- $words[2] $argv[2..]
end

function __gnome_desktop_sharing_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end

function __gnome_desktop_sharing_viewers
    gnome-desktop-sharing clients 2>/dev/null | string match -rg '^([0-9]+) '
end

set -l command gnome-desktop-sharing
complete -c $command -f
complete -c $command -n 'test (count (commandline -opc)) -eq 1' -a '(__gnome_desktop_sharing_verbs)'
complete -c $command -n 'test (count (commandline -opc)) -eq 1' -l version
complete -c $command -n 'test (count (commandline -opc)) -le 2' -l help
complete -c $command -n '__gnome_desktop_sharing_at 0 status clients doctor' -l json
complete -c $command -n '__gnome_desktop_sharing_at 0 set-password remove-user' -l vnc -l proxy
complete -c $command -n '__gnome_desktop_sharing_at 0 set-password remove-user' -a '(gnome-desktop-sharing list-users 2>/dev/null)'
complete -c $command -n '__gnome_desktop_sharing_verb connect' -l view-only
complete -c $command -n '__gnome_desktop_sharing_verb connect' -x -l retry-for -l repeater-id -l proxy -l proxy-service
complete -c $command -n '__gnome_desktop_sharing_verb connect' -x -l proxy-authentication -a 'auto none gssapi'
complete -c $command -n '__gnome_desktop_sharing_at 0 disconnect view-only' -a '(__gnome_desktop_sharing_viewers)'
complete -c $command -n '__gnome_desktop_sharing_at 1 view-only' -a 'on off'
