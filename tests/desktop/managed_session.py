# SPDX-License-Identifier: GPL-2.0-or-later
"""A session without a screen on a computer that somebody manages: bus, keyring, and the real dconf
with a database of the user's and one of the site's.

The site's database is below /etc/dconf, which the namespace makes private; the message bus of the
system, over which dconf hears of changes there, is one of our own.
"""
import os
import pathlib

from desktop import Desktop
from processes import NotReady

SITE = pathlib.Path("/etc/dconf/db/site.d")
SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
DCONF_SERVICE = """[D-BUS Service]
Name=ca.desrt.dconf
Exec=/usr/libexec/dconf-service
"""


class ManagedSession(Desktop):
    kind = "none"
    told_by_site = None

    def private_environment(self):
        environment = super().private_environment()
        environment.update(
            GSETTINGS_BACKEND="dconf", DCONF_PROFILE=str(self.path("profile")),
            DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.path('run')}/system-bus")
        return environment

    def start(self):
        if not os.path.ismount("/etc/dconf"):
            raise NotReady("/etc/dconf is the computer's own: run this by namespace.py")
        self.path("profile").write_text("user-db:user\nsystem-db:site\n")
        (SITE / "locks").mkdir(parents=True, exist_ok=True)
        self.start_system_bus()
        self.start_bus()
        services = self.path("data") / "dbus-1/services"
        (services / "ca.desrt.dconf.service").write_text(DCONF_SERVICE)
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                  "ReloadConfig")
        self.site()
        self.start_keyring()

    def start_system_bus(self):
        socket = self.path("run") / "system-bus"
        config = self.path("system-bus.conf")
        config.write_text(SYSTEM_BUS.format(socket=socket))
        self.spawn("system-bus", "dbus-daemon", f"--config-file={config}", "--nofork",
                   "--nopidfile")
        self.wait("system-bus", socket.exists, 10, "no system bus")

    def site(self, keys="", locks=()):
        """What the administrator sets (as in a dconf key file) and locks, from now on."""
        if self.told_by_site == (keys, tuple(locks)):
            return
        self.told_by_site = (keys, tuple(locks))
        (SITE / "10-sharing").write_text(keys)
        (SITE / "locks" / "10-sharing").write_text("".join(f"{path}\n" for path in locks))
        database = SITE.parent / "site"
        if database.exists():
            os.utime(database, (0, 0))  # two changes in one second are two
        self.run("dconf", "update", SITE.parent)
