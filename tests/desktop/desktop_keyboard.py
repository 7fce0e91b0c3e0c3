# SPDX-License-Identifier: GPL-2.0-or-later
"""A Mutter desktop with a keyboard of one's choice: "de", or "us,ru" with "grp:menu_toggle"."""
import sys

from desktop import HERE
from desktop_mutter import MutterDesktop
from processes import wait_until
from real_settings import RealSettings


class KeyboardDesktop(RealSettings, MutterDesktop):
    def __init__(self, layouts, options=""):
        self.keyboard = layouts, options
        super().__init__()

    def private_environment(self):
        environment = super().private_environment()
        environment["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={self.path('run')}/system-bus"
        return environment

    def start_compositor(self):
        self.start_system_bus()
        self.spawn("locale", sys.executable, "-B", HERE / "locale_service.py", *self.keyboard)
        self.wait("locale", lambda: "locale1" in self.run(
            "gdbus", "call", "--system", "-d", "org.freedesktop.DBus", "-o",
            "/org/freedesktop/DBus", "-m", "org.freedesktop.DBus.ListNames", check=False), 10,
            "no locale service")
        super().start_compositor()

    def show_typed_window(self, file):
        """A GTK window over the whole screen; what is typed into it is in the file."""
        self.spawn("window", sys.executable, "-B", HERE / "typed_window.py", file,
                   GDK_BACKEND="wayland")
        wait_until(file.exists, 20, "no window")
