# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion in a real bash, fish and zsh: commands, options, the users and viewers that there are."""
import os
import pathlib
import pty
import shutil
import socket
import subprocess

import pytest

from processes import wait_until

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
FILE = DATA / "gnome-desktop-sharing.bash-completion"
# As readline does it: the function that was named for the command fills COMPREPLY.
ASK = r"""
source "$1"; shift
complete -p gnome-desktop-sharing >/dev/null || exit 1
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_gnome_desktop_sharing "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
for word in "${COMPREPLY[@]}"; do printf '%s\n' "$word"; done
"""


# zsh completes nowhere but in its line editor. What it adds is taken down on its way there.
ASK_ZSH = r"""
fpath=($ZDOTDIR $fpath)
autoload -Uz compinit && compinit -u -D || exit 1
function compadd {
    local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >> $FOUND; builtin compadd "$@"
}
function ask { _main_complete; print END >> $FOUND; compstate[insert]=; compstate[list]= }
function begin { BUFFER=$LINE_SO_FAR CURSOR=$#BUFFER; zle ask }
zle -C ask complete-word ask
zle -N zle-line-init begin
"""


def complete(*words, environment=None):
    """What may stand for the last of the words."""
    result = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", str(FILE), "gnome-desktop-sharing", *words],
        check=False, env=environment, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0 and result.stderr == "", result
    return result.stdout.splitlines()


def complete_in_fish(managed, line):
    """What may stand for the last word of the line; all of them in its order."""
    script = f"source {DATA}/gnome-desktop-sharing.fish; complete -C 'gnome-desktop-sharing {line}'"
    result = subprocess.run(["fish", "--no-config", "-c", script], check=False, text=True,
                            env=managed.desktop.environment, capture_output=True, timeout=30)
    assert result.returncode == 0 and result.stderr == "", result
    return result.stdout.split("\n")[:-1]


def complete_in_zsh(managed, line):
    """What may stand for the last word of the line."""
    functions, found = managed.desktop.path("zsh"), managed.desktop.path("found")
    functions.mkdir(exist_ok=True)
    shutil.copy(DATA / "gnome-desktop-sharing.zsh", functions / "_gnome-desktop-sharing")
    (functions / ".zshrc").write_text(ASK_ZSH)
    found.unlink(missing_ok=True)
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-d", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=dict(managed.desktop.environment, TERM="dumb", ZDOTDIR=functions, FOUND=found,
                 LINE_SO_FAR=f"gnome-desktop-sharing {line}"))
    os.close(theirs)
    try:
        text = wait_until(lambda: found.exists() and "END" in (now := found.read_text()) and now, 20,
                          "zsh does not complete")
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    return [word for word in text.splitlines() if word and word != "END"]


def test_commands():
    assert complete("st") == ["status"]
    assert complete("dis") == ["disable", "disconnect"]
    assert complete("--v") == ["--version"]
    assert complete("nonsense") == []
    assert complete("nonsense", "x", "") == []


@pytest.mark.parametrize("verb", ("status", "clients", "doctor"))
def test_options(verb):
    assert complete(verb, "--") == ["--json", "--help"]
    assert complete(verb, "--j") == ["--json"]
    assert complete(verb, "--json", "") == []


def test_on_and_off():
    assert complete("view-only", "1", "") == ["on", "off"]
    assert complete("view-only", "1", "of") == ["off"]


def test_connect(managed):
    for line, offered in (("connect --proxy-", ["--proxy-authentication", "--proxy-service"]),
                          ("connect --view-only --ret", ["--retry-for"]),
                          ("connect --proxy-authentication g", ["gssapi"]),
                          ("connect --retry-for ", [])):
        words = line.split(" ")
        assert complete(*words) == offered
        # fish 4 also offers what only resembles the word
        in_fish = complete_in_fish(managed, line)
        assert [word for word in in_fish if word.startswith(words[-1])] == offered
        assert complete_in_zsh(managed, line) == offered


# Before those about users: who is logging in when they change has to begin anew.
def test_viewers(managed):
    environment = managed.desktop.environment
    assert complete("disconnect", "", environment=environment) == ["--help"]
    with socket.create_connection(managed.address, 10):
        paths = wait_until(lambda: managed.get("Clients"), 5, "nobody is connected")
        number = paths[0].rsplit("/", 1)[1]
        for verb in ("disconnect", "view-only"):
            assert complete(verb, "", environment=environment) == [number, "--help"]


def test_fish(managed):
    assert complete_in_fish(managed, "dis") == ["disable", "disconnect"]
    assert complete_in_fish(managed, "view-only 1 ") == ["off", "on"]
    assert complete_in_fish(managed, "enable ") == []
    with socket.create_connection(managed.address, 10):
        paths = wait_until(lambda: managed.get("Clients"), 5, "nobody is connected")
        assert complete_in_fish(managed, "disconnect ") == [paths[0].rsplit("/", 1)[1]]


def test_zsh(managed):
    assert complete_in_zsh(managed, "dis") == ["disable", "disconnect"]
    assert complete_in_zsh(managed, "view-only 1 ") == ["on", "off"]
    assert complete_in_zsh(managed, "status --j") == ["--json"]
    assert complete_in_zsh(managed, "enable ") == []
    with socket.create_connection(managed.address, 10):
        paths = wait_until(lambda: managed.get("Clients"), 5, "nobody is connected")
        assert complete_in_zsh(managed, "disconnect ") == [paths[0].rsplit("/", 1)[1]]


def test_users(managed):
    environment = managed.desktop.environment
    marker = managed.desktop.path("ran")
    names = ["alice", "al fred", f"al$(touch {marker})", "bob"]
    for name in names:
        managed.set_password(name, "a password")
    try:
        for verb in ("remove-user", "set-password"):
            found = complete(verb, "al", environment=environment)
            assert "alice" in found and "al\\ fred" in found and len(found) == 3
            assert complete(verb, "al\\ ", environment=environment) == ["al\\ fred"]
            assert complete(verb, "b", environment=environment) == ["bob"]
            assert "--vnc" in complete(verb, "", environment=environment)
        assert not marker.exists(), "a user's name was run"
    finally:
        for name in names:
            managed.control("remove-user", name)
    assert complete("remove-user", "al", environment=environment) == []


def test_users_in_others(managed):
    managed.set_password("al fred", "a password")
    try:
        assert complete_in_fish(managed, "remove-user al") == ["al fred"]
        assert complete_in_zsh(managed, "remove-user al") == ["al\\ fred"]
    finally:
        managed.control("remove-user", "al fred")
