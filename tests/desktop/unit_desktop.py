# SPDX-License-Identifier: GPL-2.0-or-later
"""The desktop of switched_desktop.py with all of our units: what the session bus and a socket start,
too."""
import pathlib
import re

from daemon import NAME, PATH
from switched_desktop import OURS, SwitchedDesktop, UnitDaemon

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SOCKET = "gnome-desktop-sharing.socket"
RELOAD_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
              "ReloadConfig")


class UnitDesktop(SwitchedDesktop):
    def install_units(self, build, replace=False):
        self.manager.add_unit(SOCKET, (SOURCE / "data" / SOCKET).read_text())
        # The bus itself has nothing that it could start; it has to be the service manager.
        service = (pathlib.Path(build) / f"data/{NAME}.service").read_text()
        service = re.sub(r"^Exec=.*$", "Exec=/bin/false", service, flags=re.M)
        (self.path("data") / f"dbus-1/services/{NAME}.service").write_text(service)
        self.call(*RELOAD_BUS)
        super().install_units(build, replace)

    def show(self, name, unit=OURS):
        """A property of the unit."""
        return self.manager.control("show", f"--property={name}", "--value", unit)

    def processes_of(self, unit=OURS):
        """Their ids."""
        group = self.show("ControlGroup", unit)
        file = pathlib.Path("/sys/fs/cgroup") / group.lstrip("/") / "cgroup.procs"
        return [int(line) for line in file.read_text().split()] if group and file.exists() else []


class ActivatedDaemon(UnitDaemon):
    """The daemon as whoever needs it gets it: by calling it."""

    def start(self, *options):
        self.desktop.install_units(self.build)
        self.set_setting("listen-addresses", "['127.0.0.1']")
        self.ask()
        self.set_password(self.user, self.password)
        self.control("enable")
        self.wait_ready()
        self.save_certificate()
        return self

    def ask(self):
        """Its version, as any program would ask for it: who is not there is started."""
        return self.desktop.run(
            "gdbus", "call", "--session", "--dest", NAME, "--object-path", PATH, "--method",
            "org.freedesktop.DBus.Properties.Get", NAME, "Version")

    @property
    def pid(self):
        return int(self.desktop.show("MainPID"))
