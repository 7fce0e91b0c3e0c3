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
from real_settings import DCONF, RealSettings

SITE = pathlib.Path("/etc/dconf/db/site.d")


class ManagedSession(RealSettings, Desktop):
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
        self.add_service("ca.desrt.dconf", DCONF)
        self.site()
        self.start_keyring()

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
