# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless Mutter behind the real xdg-desktop-portal; portal_backend.py plays its backend.

Frames and input are real; the backend also plays the person who is asked (see user_decides).
"""
import contextlib
import re
import subprocess
import sys

from gi.repository import GLib

from desktop import HERE, Desktop
from mutter_remote import MutterRemote
from processes import wait_until

BACKEND = "org.freedesktop.impl.portal.desktop.gdstest"
CONTROL = "org.gnome.DesktopSharing.Test.PortalBackend"
PORTAL_FILE = """[portal]
DBusName={name}
Interfaces={interfaces}
UseIn=gdstest
"""


class MutterDesktop(Desktop):
    kind = "mutter"
    current_desktop = "gdstest"
    has_input = True

    def __init__(self, size=(1280, 720), more_monitors=(), remote_desktop=True, policy="",
                 settings=()):
        self.monitors = [size, *more_monitors]
        self.remote_desktop = remote_desktop
        self.policy = policy
        self.settings = settings  # of Mutter: (schema, key, value)
        super().__init__(size)

    def start_compositor(self):
        for words in self.settings:
            self.run("gsettings", "set", *words)
        command = ["mutter", "--headless", "--wayland", "--no-x11"]
        for width, height in self.monitors:
            command += ["--virtual-monitor", f"{width}x{height}"]
        self.spawn("mutter", *command, XDG_CURRENT_DESKTOP="GNOME")
        self.wait_wayland_socket()
        for name in ("RemoteDesktop", "ScreenCast", "DisplayConfig"):
            self.wait_name("mutter", f"org.gnome.Mutter.{name}")

    def start_portal_backend(self):
        portals = self.path("portals")
        portals.mkdir(exist_ok=True)
        interfaces = ["ScreenCast"] + (
            ["RemoteDesktop", "Clipboard"] if self.remote_desktop else [])
        (portals / "gdstest.portal").write_text(PORTAL_FILE.format(
            name=BACKEND,
            interfaces="".join(f"org.freedesktop.impl.portal.{i};" for i in interfaces)))
        # what xdg-desktop-portal goes by since 1.18
        (portals / "gdstest-portals.conf").write_text("[preferred]\ndefault=gdstest\n")
        self.environment["XDG_DESKTOP_PORTAL_DIR"] = str(portals)
        self.spawn("portal-backend", sys.executable, HERE / "portal_backend.py",
                   PORTAL_BACKEND_POLICY=self.policy)
        self.wait_name("portal-backend", BACKEND)

    # --- the person in front of the desktop

    def user_decides(self, key, value):
        """Changes what the person answers from now on; the keys are in portal_backend.py."""
        self.call(BACKEND, "/test", CONTROL, "Set", GLib.Variant("(ss)", (key, str(value))))

    def cut_input(self):
        """Every connection of libei ends, as by itself."""
        self.call(BACKEND, "/test", CONTROL, "CutInput")

    def user_stops_sharing(self):
        self.call(BACKEND, "/test", CONTROL, "CloseSessions")

    def portal_log(self):
        """Every call and input event the backend saw, as dictionaries."""
        import json
        text = self.call(BACKEND, "/test", CONTROL, "Log")[0]
        return [json.loads(line) for line in text.splitlines()]

    def portal_version(self, interface):
        return self.call("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                         "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", ("org.freedesktop.portal." + interface, "version")))[0]

    # --- the screen

    def remote(self, input_too=False):
        return MutterRemote(self.bus, input_too)

    @contextlib.contextmanager
    def plug(self, size):
        """Another monitor, as long as the block lasts: Mutter has it as soon as somebody takes its
        pictures."""
        remote = self.remote()
        stream = remote.record_virtual(cursor_mode=0)
        name = f"plugged-{stream.path.rsplit('/', 1)[-1]}"
        try:
            remote.start()
            self.spawn(name, "gst-launch-1.0", "-q", "pipewiresrc", f"path={stream.node}", "!",
                       f"video/x-raw,width={size[0]},height={size[1]}", "!", "fakesink")
            yield
        finally:
            remote.stop()
            self.processes.stop(name)

    def scale(self, factor):
        """What was one pixel is so many now, on all monitors; they stand in a row."""
        self.remote().scale(factor)

    def rotate(self):
        """A size change: the only one a virtual monitor knows is to stand on its side."""
        self.remote().rotate()

    @staticmethod
    def version():
        """(43, 8)"""
        text = subprocess.run(["mutter", "--version"], capture_output=True, text=True,
                              check=True).stdout
        return tuple(int(part) for part in re.findall(r"\d+", text.split()[-1]))

    def screenshot(self):
        # Mutter 43 sometimes sends no first picture of a screen at rest: then another stream is asked
        for _ in range(4):
            try:
                return self.record_one_picture()
            except subprocess.TimeoutExpired:
                continue
        return self.record_one_picture()

    def record_one_picture(self):
        remote = self.remote()
        try:
            stream = remote.record_monitor(remote.connectors()[0], cursor_mode=0)
            remote.start()
            width, height = stream.parameters["size"]
            file = self.path("shot.raw")
            self.run("gst-launch-1.0", "-q", "pipewiresrc", f"path={stream.node}",
                     "num-buffers=1", "always-copy=true", "!", "video/x-raw,format=BGRx", "!",
                     "filesink", f"location={file}", timeout=6)
            return width, height, rgb_from_bgrx(file.read_bytes())
        finally:
            remote.stop()

    def wait_monitors(self):
        wait_until(lambda: self.remote().connectors(), 10, "no monitor")


def rgb_from_bgrx(data):
    import numpy
    pixels = numpy.frombuffer(data, numpy.uint8).reshape(-1, 4)
    return pixels[:, 2::-1].tobytes()
