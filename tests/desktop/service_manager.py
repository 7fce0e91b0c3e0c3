# SPDX-License-Identifier: GPL-2.0-or-later
"""The real systemd of a user, for a private desktop: it has the bus, and units of the test's own.

Only inside of namespaces: systemd takes the control group that it finds for its own, and moves every
process in it.  Bare, that would be every process of the computer.
"""
import os
import pathlib
import shutil

import own_cgroup
from processes import NotReady

SYSTEMD = pathlib.Path("/usr/lib/systemd/systemd")
TARGET = "gds-test.target"
UNITS = {
    # not the sockets of PipeWire and the keyring, which the desktop starts itself
    "basic.target": "[Unit]\nDescription=Nothing but what is asked for\n",
    TARGET: "[Unit]\nDescription=The bus of a test\nRequires=dbus.socket\n",
    "dbus.service.d/own.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/dbus-daemon "
                               "--config-file={config} --address=systemd: --nofork --nopidfile "
                               "--systemd-activation\n",
}


def trouble():
    """Why no service manager can be had here; None where it can."""
    if not SYSTEMD.exists() or not shutil.which("systemctl"):
        return "systemd is not installed"
    if not os.path.ismount("/run/systemd"):
        return "/run/systemd is the computer's own: run this by namespace.py"
    if not own_cgroup.is_own():
        return "there is no control group of its own for a systemd (needs cgroup version 2, and " \
               "root or a delegated group)"
    return None


class ServiceManager:
    """Belongs to a desktop, whose bus it starts."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.units = pathlib.Path(desktop.environment["XDG_CONFIG_HOME"]) / "systemd/user"

    def add_unit(self, name, text):
        path = self.units / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove_unit(self, name):
        (self.units / name).unlink(missing_ok=True)

    def link_unit(self, name, target):
        path = self.units / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def start(self, bus_config):
        why_not = trouble()
        if why_not:
            raise NotReady(why_not)
        os.makedirs("/run/systemd/system", exist_ok=True)  # what tells of a computer with systemd
        for name, text in UNITS.items():
            self.add_unit(name, text.format(config=bus_config))
        self.desktop.spawn("systemd", SYSTEMD, "--user", f"--unit={TARGET}", "--log-target=console",
                           "--log-level=info")
        socket = self.desktop.path("run") / "systemd/private"
        self.desktop.wait("systemd", socket.exists, 20, "no service manager")

    def control(self, *words, check=True):
        return self.desktop.run("systemctl", "--user", *words, check=check).strip()

    def state(self, unit):
        """"active", "inactive", "failed"..."""
        return self.control("is-active", unit, check=False)
