# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the rig itself work on this machine?  When these fail, look here before anywhere else."""
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from desktop import HERE, PORTAL
from processes import wait_until


def test_desktop_shows_a_terminal(bare_desktop):
    width, height, before = bare_desktop.screenshot()
    assert (width, height) == bare_desktop.size
    bare_desktop.start_terminal("sh", "-c", "echo hello; sleep 1000")
    time.sleep(1)
    after = bare_desktop.screenshot()[2]
    assert len(after) == width * height * 3
    assert after != before


def test_a_terminal_that_crashes_comes_back(bare_desktop):
    terminal = bare_desktop.start_terminal("sleep", "1000")
    children = pathlib.Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children")
    first = wait_until(children.read_text, 5, "no foot")
    os.kill(int(first), signal.SIGSEGV)
    wait_until(lambda: children.read_text() not in ("", first), 5, "no other foot")
    assert terminal.alive()


def test_portal_offers_what_it_should(bare_desktop):
    cast = bare_desktop.get_property(PORTAL, "/org/freedesktop/portal/desktop",
                                     "org.freedesktop.portal.ScreenCast", "version")
    assert cast >= 4
    if bare_desktop.has_input:
        devices = bare_desktop.get_property(
            PORTAL, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.RemoteDesktop",
            "AvailableDeviceTypes")
        assert devices & 3 == 3


def test_keyring_is_unlocked(bare_desktop):
    command = "printf secret | secret-tool store --label=x rig test && secret-tool lookup rig test"
    assert bare_desktop.run("sh", "-c", command) == "secret"


def test_compositor_comes_back(bare_desktop):
    bare_desktop.restart_compositor()
    assert bare_desktop.screenshot()[:2] == bare_desktop.size


def test_screen_changes_size(bare_desktop):
    if bare_desktop.kind == "sway":
        bare_desktop.resize_output(800, 600)
        wanted = (800, 600)
    else:
        bare_desktop.rotate()
        wanted = bare_desktop.size[::-1]
    time.sleep(0.5)
    assert bare_desktop.screenshot()[:2] == wanted


@pytest.mark.on("mutter")
def test_person_answers_and_is_logged(bare_desktop):
    bare_desktop.user_decides("response", 1)
    bare_desktop.user_decides("delay", 0.5)
    assert bare_desktop.portal_log() == []
    bare_desktop.user_stops_sharing()


def in_namespace(*command, check=True):
    return subprocess.run([sys.executable, "-B", HERE / "namespace.py", "--net", *command],
                          capture_output=True, text=True, timeout=60, check=check)


def test_namespace_passes_the_exit_status_on():
    assert in_namespace("sh", "-c", "exit 7", check=False).returncode == 7
    assert in_namespace("sh", "-c", "kill -TERM $$", check=False).returncode == 143


def test_namespace_leaves_nothing_behind():
    result = in_namespace("sh", "-c", "sleep 1000 & echo $GDS_WORK_DIR; ls -d $GDS_WORK_DIR")
    directory = result.stdout.split()[0]
    assert result.stdout.split()[1] == directory
    assert subprocess.run(["ls", "-d", directory], capture_output=True, check=False).returncode


def test_namespace_has_its_own_network():
    code = "import socket; s = socket.create_server(('127.0.0.1', 5900)); print('free')"
    assert "free" in in_namespace(sys.executable, "-c", code).stdout


def test_namespace_has_its_own_places():
    code = "import os; print([os.path.ismount(p) for p in ('/run/systemd', '/etc/dconf')])"
    assert "[True, True]" in in_namespace(sys.executable, "-c", code).stdout


def test_namespace_ends_with_its_parent():
    outer = subprocess.Popen([sys.executable, "-B", HERE / "namespace.py", "sh", "-c",
                              "echo up; exec sleep 1000"], stdout=subprocess.PIPE)
    with outer:
        assert outer.stdout.readline() == b"up\n"
        outer.terminate()
        assert outer.wait(5) == 143
