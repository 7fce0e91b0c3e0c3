# SPDX-License-Identifier: GPL-2.0-or-later
"""The clipboard of viewers people use: TigerVNC's by the Extended Clipboard, gtk-vnc's by Latin-1."""
import contextlib
import re
import subprocess
import sys

import pytest

from clipboard_desk import MIB, PLAIN, long_text
from processes import wait_until
from watched_viewer import VIEWERS
from xdisplay import XDisplay

pytestmark = pytest.mark.on("mutter")
X_CLIPBOARD = VIEWERS / "x_clipboard.py"


class TigerVnc:
    """vncviewer in a window that has the focus, and the X clipboard beside it."""

    def __init__(self, shared, stack):
        self.display = stack.enter_context(XDisplay())
        self.copier = None
        self.directory = shared.desktop.path("tigervnc")
        self.directory.mkdir(exist_ok=True)
        host, port = shared.daemon.address
        environment = dict(self.display.environment, HOME=str(self.directory),
                           VNC_USERNAME=shared.daemon.user, VNC_PASSWORD=shared.daemon.password)
        log = stack.enter_context(open(self.directory / "log", "wb"))
        viewer = subprocess.Popen(
            ["/usr/bin/xtigervncviewer", "-SecurityTypes=X509Plain",
             f"-X509CA={shared.daemon.certificate}", "-RemoteResize=0", "-MenuKey=",
             "-AlertOnFatalError=0", "-ReconnectOnError=0", f"-MaxCutText={8 * MIB}",
             "-Log=*:stderr:100", f"{host}::{port}"], env=environment, stdout=log, stderr=log)
        stack.push(self.show_log)
        stack.callback(viewer.wait)
        stack.callback(viewer.terminate)
        stack.callback(self.stop_copying)
        self.window = wait_until(lambda: self.display.find_window("TigerVNC"), 30, "no window")
        self.display.run("xdotool", "mousemove", "--window", self.window, "300", "300")
        self.focus()

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    def show_log(self, failure, *_):
        if failure:
            print(self.log())

    def focus(self):
        self.display.run("xdotool", "windowfocus", self.window, check=False)

    def copy(self, text):
        file = self.directory / "copied"
        file.write_text(text, encoding="utf-8")
        self.copier = subprocess.Popen([sys.executable, X_CLIPBOARD, "copy", file],
                                       env=self.display.environment, stdout=subprocess.PIPE)
        assert self.copier.stdout.readline() == b"ready\n"

    def stop_copying(self):
        if self.copier:
            self.copier.terminate()
            self.copier.wait()

    def sent(self):
        """The octets of each text that it has sent."""
        sizes = re.findall(r"Sending clipboard data \((\d+) bytes", self.log())
        return [int(size) for size in sizes]

    def paste(self):
        self.focus()
        return subprocess.run([sys.executable, X_CLIPBOARD, "paste"], check=True, timeout=30,
                              env=self.display.environment,
                              stdout=subprocess.PIPE).stdout.decode()


def test_tigervnc_pastes(shared, application):
    """A MiB of text with emoji."""
    with contextlib.ExitStack() as stack:
        viewer = TigerVnc(shared, stack)
        shared.client_object(State="connected")
        text = long_text(MIB)
        application.copy({PLAIN: text.encode()})
        wait_until(lambda: viewer.paste() == text, 30, "the viewer does not paste it")


def test_tigervnc_copies(shared, application):
    """The same the other way; in another viewer where the first sends, by its own word, less.

    FLTK before 1.3.9 takes any event of its X screen for the end of a large text."""
    text = "zurück: " + long_text(MIB - 100)
    octets = text.encode()
    for _ in range(6):
        with contextlib.ExitStack() as stack:
            viewer = TigerVnc(shared, stack)
            shared.client_object(State="connected")
            viewer.focus()
            viewer.copy(text)
            wait_until(viewer.sent, 30, "the viewer sends nothing")
            if viewer.sent()[-1] == len(octets):
                wait_until(lambda: application.paste() == octets, 20,
                           "the desktop does not paste it")
                return
    pytest.fail("the viewer cuts it short")


def test_gtk_vnc(shared, application):
    """Latin-1; of which Python can hand it no more than ASCII."""
    file = shared.desktop.path("pasted")
    viewer = subprocess.Popen(
        [sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user", shared.daemon.user,
         "--certificate", shared.daemon.certificate, "--copy", "greetings from there", "--paste", file,
         "--watch", "12", f"{shared.daemon.address[0]}:{shared.daemon.address[1]}"],
        env=dict(shared.desktop.environment, VNC_PASSWORD=shared.daemon.password))
    try:
        shared.client_object(State="connected")
        wait_until(lambda: PLAIN in application.types() and
                   application.paste() == b"greetings from there", 20,
                   "the desktop does not paste it")
        application.copy({PLAIN: b"greetings back"})
        wait_until(lambda: file.exists() and file.read_text(encoding="utf-8") == "greetings back",
                   20, "the viewer does not paste it")
    finally:
        viewer.terminate()
        viewer.wait()
