# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers people use: each logs in, sees the screen as it is, and what is typed in it arrives."""
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy
import pytest
from PIL import Image

from share import same_picture

VIEWERS = pathlib.Path(__file__).resolve().parent / "viewers"
pytestmark = pytest.mark.on("mutter")
BTN_SIDE = 0x113


def picture(file):
    with Image.open(file) as image:
        return numpy.asarray(image.convert("RGB"))


def start(shared, *command):
    environment = dict(os.environ, VNC_USERNAME=shared.daemon.user,
                       VNC_PASSWORD=shared.daemon.password)
    return subprocess.Popen([str(word) for word in command], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(viewer):
    output = viewer.communicate(timeout=90)[0]
    assert viewer.returncode == 0, output
    return output


def address(shared):
    return f"{shared.daemon.address[0]}:{shared.daemon.address[1]}"


def test_gtk_vnc_by_x509_plain(shared):
    """Where it has no choice: it takes SASL otherwise."""
    shared.daemon.set_setting("security-types", "['x509-plain']")
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   shared.daemon.user, "--certificate", shared.daemon.certificate, address(shared))
    client = shared.client_object(State="connected", User=shared.daemon.user)
    assert client["SecurityType"] == "x509-plain"
    finish(viewer)


def test_gtk_vnc(shared):
    file = shared.desktop.path("gtk.png")
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   shared.daemon.user, "--certificate", shared.daemon.certificate, "--snapshot",
                   file, "--type", "hello from gtk-vnc\n", address(shared))
    client = shared.client_object(State="connected", User=shared.daemon.user)
    # of the mechanisms both know it takes the strongest
    assert client["SecurityType"] == "x509-sasl"
    assert client["Mechanism"].startswith("SCRAM-SHA-")
    told = json.loads(finish(viewer).splitlines()[-1])
    assert (told["width"], told["height"]) == shared.desktop.size
    shared.wait_typed("hello from gtk-vnc\n")
    same_picture(picture(file), shared.screenshot())



def test_gtk_vnc_is_told_of_keys_and_the_pointer(shared):
    """That it may send key codes, and the pointer's shape with its transparency, as it writes down
    itself."""
    told = finish(start(
        shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user", shared.daemon.user,
        "--certificate", shared.daemon.certificate, "--tell", "--point", "300,200", "--type",
        "keys\n", address(shared)))
    updates = set(re.findall(r"FramebufferUpdate type=(-\d+) area \((\d+)x(\d+)\)", told))
    assert "Key event 107 37 1 Extended: 1" in told, "no key code"
    shapes = [update for update in updates if update[0] == "-314" and update[1:] != ("0", "0")]
    assert shapes and "Cursor changed" in told, updates
    shared.wait_typed("keys\n")


def tigervnc_version():
    told = subprocess.run(["xtigervncviewer", "--version"], capture_output=True, text=True, check=False)
    return tuple(map(int, re.search(r"TigerVNC.* v(\d+)\.(\d+)", told.stdout + told.stderr).groups()))


def test_the_back_button_of_tigervnc(shared):
    """Which that of Debian 12 keeps to itself."""
    finish(start(shared, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                 shared.daemon.certificate, "--click", "8", address(shared)))
    buttons = [entry["arguments"] for entry in shared.desktop.portal_log()
               if entry["event"] == "input" and entry["method"] == "NotifyPointerButton"]
    sent = tigervnc_version() >= (1, 15)
    assert buttons == ([[BTN_SIDE, 1], [BTN_SIDE, 0]] if sent else [])


@pytest.mark.parametrize("encoding", ("Tight", "ZRLE", "Hextile", "Raw"))
def test_tigervnc(shared, encoding):
    file = shared.desktop.path("tiger.png")
    text = f"hello from tigervnc {encoding.lower()}"
    viewer = start(shared, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                   shared.daemon.certificate, "--snapshot", file, "--type", text + "\n",
                   "--encoding", encoding, address(shared))
    client = shared.client_object(State="connected", User=shared.daemon.user)
    assert client["SecurityType"] == "x509-plain"
    shared.client_object(Encoding=encoding.lower())
    finish(viewer)
    shared.wait_typed(text + "\n")
    same_picture(picture(file), shared.screenshot())


@pytest.mark.parametrize("encoding, security", [
    ("tight", "x509-plain"), ("zrle", "x509-plain"), ("zlib", "x509-plain"),
    ("hextile", "x509-plain"), ("raw", "x509-plain"), ("tight", "x509-sasl")])
def test_libvncclient(shared, encoding, security):
    """It takes the first sub-type it knows, so the order of the setting decides."""
    other = {"x509-plain": "x509-sasl", "x509-sasl": "x509-plain"}[security]
    shared.daemon.set_setting("security-types", f"['{security}', '{other}']")
    file = shared.desktop.path("libvncclient.ppm")
    host, port = shared.daemon.address
    text = f"hello from libvncclient {encoding}"
    viewer = start(shared, os.environ["GDS_LIBVNCCLIENT_VIEWER"], host, port,
                   shared.daemon.certificate, encoding, file, text + "\n")
    client = shared.client_object(State="connected", User=shared.daemon.user)
    assert client["SecurityType"] == security
    shared.client_object(Encoding=encoding)
    finish(viewer)
    shared.wait_typed(text + "\n")
    same_picture(picture(file), shared.screenshot())


def test_a_wrong_password_is_told(shared):
    shared.daemon.password, right = "wrong", shared.daemon.password
    try:
        viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                       shared.daemon.user, "--certificate", shared.daemon.certificate,
                       address(shared))
    finally:
        shared.daemon.password = right
    output = viewer.communicate(timeout=60)[0]
    assert viewer.returncode == 1
    assert "timeout" not in output, output
