# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers that people have on their desktops, each with its window: virt-viewer and Remmina."""
import pathlib
import re

import pytest

from processes import wait_until
from watched_viewer import WatchedViewer

pytestmark = pytest.mark.on("mutter")
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def wait_shows_the_screen(viewer):
    """Of virt-viewer."""
    unable = "Unsupported credential type"
    wait_until(lambda: unable in viewer.told() or viewer.shows_the_screen(), 90,
               "the screen is not shown")
    if unable in viewer.told():
        pytest.skip("virt-viewer hangs up, as it does not know what gtk-vnc 1.5 asks it for")


def test_virt_viewer(shared):
    """By its connection file; what it is offered by default is enough."""
    with WatchedViewer(shared, "virt_viewer") as viewer:
        wait_shows_the_screen(viewer)
        client = shared.client_object(State="connected", User=shared.daemon.user)
        assert client["SecurityType"] == "x509-sasl"
        assert client["Mechanism"].startswith("SCRAM-SHA-")
        viewer.type("hello from virt-viewer")
        shared.wait_typed("hello from virt-viewer\n", 40)
        viewer.wait_shows_the_screen()


def test_remmina(shared):
    """With what README says is needed: it takes the first type that it knows."""
    command = re.search(r"^\| Remmina .*?`(gsettings set [^`]+)`", README.read_text(), re.M)[1]
    shared.desktop.run("sh", "-c", command)
    with WatchedViewer(shared, "remmina_viewer") as viewer:
        viewer.wait_shows_the_screen()
        client = shared.client_object(State="connected", User=shared.daemon.user)
        assert client["SecurityType"] == "x509-plain"
        viewer.type("hello from remmina")
        shared.wait_typed("hello from remmina\n", 40)
        viewer.wait_shows_the_screen()


def test_remmina_cannot_do_sasl(shared):
    """Why README says that."""
    shared.daemon.set_setting("security-types", "['x509-sasl', 'x509-plain']")
    with WatchedViewer(shared, "remmina_viewer") as viewer:
        wait_until(lambda: "User interaction required" in viewer.told(), 90,
                   "Remmina says nothing of SASL")


def test_virt_viewer_takes_sasl_whatever_comes_first(shared):
    """So that the order which Remmina needs costs it nothing."""
    shared.daemon.set_setting("security-types", "['x509-plain', 'x509-sasl']")
    with WatchedViewer(shared, "virt_viewer") as viewer:
        wait_shows_the_screen(viewer)
        client = shared.client_object(State="connected", User=shared.daemon.user)
        assert client["SecurityType"] == "x509-sasl"
