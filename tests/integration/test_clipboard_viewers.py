# SPDX-License-Identifier: GPL-2.0-or-later
"""The clipboard of viewers people use: TigerVNC's by the Extended Clipboard, gtk-vnc's by Latin-1."""
import contextlib
import subprocess
import sys
import time

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
        self.stack = stack
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
        stack.callback(viewer.wait)
        stack.callback(viewer.terminate)
        self.window = wait_until(lambda: self.display.find_window("TigerVNC"), 30, "no window")
        self.display.run("xdotool", "mousemove", "--window", self.window, "300", "300")
        self.focus()

    def focus(self):
        self.display.run("xdotool", "windowfocus", self.window, check=False)

    def copy(self, text):
        file = self.directory / "copied"
        file.write_text(text, encoding="utf-8")
        process = subprocess.Popen([sys.executable, X_CLIPBOARD, "copy", file],
                                   env=self.display.environment, stdout=subprocess.PIPE)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        assert process.stdout.readline() == b"ready\n"
        self.focus()

    def paste(self):
        self.focus()
        return subprocess.run([sys.executable, X_CLIPBOARD, "paste"], check=True, timeout=30,
                              env=self.display.environment,
                              stdout=subprocess.PIPE).stdout.decode()


def test_tigervnc(shared, application):
    """A MiB of text with emoji, both ways."""
    with contextlib.ExitStack() as stack:
        viewer = TigerVnc(shared, stack)
        shared.client_object(State="connected")
        text = long_text(MIB)
        application.copy({PLAIN: text.encode()})
        wait_until(lambda: viewer.paste() == text, 30, "the viewer does not paste it")
        application.stop()

        back = "zurück: " + long_text(MIB - 100)
        # said by the viewer only while it has the focus, which it may just not have had
        viewer.copy(back)
        copied_at = [time.monotonic()]

        def arrived():
            if time.monotonic() - copied_at[0] > 15:
                copied_at[0] = time.monotonic()
                viewer.copy(back)
            return PLAIN in application.types() and application.paste() == back.encode()
        wait_until(arrived, 60, "the desktop does not paste it")


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
