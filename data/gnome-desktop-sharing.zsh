#compdef gnome-desktop-sharing
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion for gnome-desktop-sharing(1)

_gnome_desktop_sharing_lines() {
    lines=(${(f)"$(_call_program ${words[2]:-commands} gnome-desktop-sharing $1 2>/dev/null)"})
}

_gnome_desktop_sharing() {
    local -a lines
    local verb=$words[2]
    setopt localoptions extendedglob
    if (( CURRENT == 2 )); then
        _gnome_desktop_sharing_lines --help
        lines=(${(M)lines:#  [a-z]*})
        compadd -- ${${lines#  }%%[^a-z-]*}
        [[ $PREFIX == -* ]] && compadd -- --help --version
        return
    fi
    if [[ $verb == connect ]]; then
        case $words[CURRENT-1] in
            --proxy-authentication) compadd -- auto none gssapi ;;
            --retry-for|--repeater-id|--proxy|--proxy-service) ;;
            *)
                [[ $PREFIX == -* ]] && compadd -- --help --view-only --retry-for --repeater-id \
                    --proxy --proxy-authentication --proxy-service ;;
        esac
        return
    fi
    if (( CURRENT == 3 )); then
        if [[ $PREFIX == -* ]]; then
            compadd -- --help
            case $verb in
                status|clients|doctor) compadd -- --json ;;
                set-password|remove-user) compadd -- --vnc --proxy ;;
            esac
            return
        fi
        case $verb in
            set-password|remove-user)
                _gnome_desktop_sharing_lines list-users
                compadd -- $lines ;;
            disconnect|view-only)
                _gnome_desktop_sharing_lines clients
                lines=(${(M)lines:#[0-9]##\ *})
                compadd -- ${lines%% *} ;;
        esac
    elif (( CURRENT == 4 )) && [[ $verb == view-only ]]; then
        compadd -- on off
    fi
}

_gnome_desktop_sharing "$@"
