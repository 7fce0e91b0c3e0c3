# SPDX-License-Identifier: GPL-2.0-or-later
"""Who calls from a sandbox gets nothing at all; who is of the session gets everything."""
import subprocess

import pytest

from daemon import NAME, PATH

DENIED = "org.freedesktop.DBus.Error.AccessDenied"
PROPERTIES = "org.freedesktop.DBus.Properties"
CALLS = {
    "get": (PROPERTIES + ".Get", NAME, "State"),
    "get all": (PROPERTIES + ".GetAll", NAME + ".Settings"),
    "set": (PROPERTIES + ".Set", NAME, "Enabled", "<false>"),
    "set a setting": (PROPERTIES + ".Set", NAME + ".Settings", "ViewOnly", "<true>"),
    "method": (NAME + ".DisconnectAll",),
    "objects": ("org.freedesktop.DBus.ObjectManager.GetManagedObjects",),
    "introspect": ("org.freedesktop.DBus.Introspectable.Introspect",),
    "ping": ("org.freedesktop.DBus.Peer.Ping",),
}
# As Flatpak does it: a root directory of its own, with the description of the application in it.
OWN_ROOT = ["bwrap", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink",
            "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin", "--proc", "/proc"]


def call(managed, words, sandbox=()):
    return subprocess.run(
        [*sandbox, "gdbus", "call", "--session", "-d", NAME, "-o", PATH, "-m", *words], check=False,
        env=managed.desktop.environment, capture_output=True, text=True, timeout=20)


def sandboxes(managed):
    run = str(managed.desktop.path("run"))
    info = managed.desktop.path("flatpak-info")
    info.write_text("[Application]\nname=org.example.App\n")
    yield "Flatpak", [*OWN_ROOT, "--bind", run, run, "--ro-bind", str(info), "/.flatpak-info"]
    yield "other", ["bwrap", "--unshare-user", "--dev-bind", "/", "/"]


@pytest.mark.parametrize("words", CALLS.values(), ids=CALLS)
def test_a_sandbox_gets_nothing(managed, words):
    for name, sandbox in sandboxes(managed):
        works = subprocess.run([*sandbox, "gdbus", "call", "--session", "-d",
                                "org.freedesktop.DBus", "-o", "/", "-m",
                                "org.freedesktop.DBus.GetId"], check=False, text=True, timeout=20,
                               env=managed.desktop.environment, capture_output=True)
        assert works.returncode == 0, f"the {name} sandbox itself fails: {works.stderr}"
        result = call(managed, words, sandbox)
        assert result.returncode and DENIED in result.stderr, f"{name}: {result}"
        assert result.stdout == ""
    assert managed.get("Enabled") is True
    assert managed.get("ViewOnly", interface=NAME + ".Settings") is False


@pytest.mark.parametrize("words", CALLS.values(), ids=CALLS)
def test_the_session_gets_everything(managed, words):
    result = call(managed, words)
    assert result.returncode == 0, result.stderr


def test_who_was_refused_is_in_the_journal(managed):
    name, sandbox = next(sandboxes(managed))
    call(managed, CALLS["get"], sandbox)
    assert f"is in {name}" in managed.process.log_text()
