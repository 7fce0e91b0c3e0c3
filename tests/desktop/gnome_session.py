# SPDX-License-Identifier: GPL-2.0-or-later
"""The real gnome-session as session manager of a private desktop, with nothing in its session."""
from gi.repository import GLib

NAME = "org.gnome.SessionManager"
PATH = "/org/gnome/SessionManager"
IDLE = 8  # the flag of what keeps the session from being idle
PROGRAM = "/usr/libexec/gnome-session-binary"
SESSION = """[GNOME Session]
Name=Test
RequiredComponents=gds-nothing;
"""
NOTHING = """[Desktop Entry]
Type=Application
Name=Nothing
Exec=sleep 1000
"""


class GnomeSession:
    def __init__(self, desktop):
        self.desktop = desktop
        data = desktop.path("session-data")
        for name, text in (("gnome-session/sessions/gds-test.session", SESSION),
                           ("applications/gds-nothing.desktop", NOTHING)):
            file = data / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.bus = desktop.path("system-bus")
        self.start_system_bus()
        self.process = None
        self.start()

    def start_system_bus(self):
        """It does not start without one; nobody is on it."""
        address = f"unix:path={self.bus}"
        self.desktop.spawn("system-bus", "dbus-daemon", "--session", "--nofork", "--nopidfile",
                           f"--address={address}")
        self.desktop.wait("system-bus", self.bus.exists, 5, "no system bus")

    def start(self):
        data = f"{self.desktop.path('session-data')}:/usr/share"
        # since 48 that is not a choice any more, but what it falls back to
        builtin = ["--builtin"] * ("--builtin" in self.desktop.run(PROGRAM, "--help"))
        self.process = self.desktop.spawn(
            "gnome-session", PROGRAM, *builtin,
            "--disable-acceleration-check", "--session=gds-test",
            XDG_DATA_DIRS=data, XDG_CONFIG_DIRS=str(self.desktop.path("session-data")),
            DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.bus}")
        self.desktop.wait_name("gnome-session", NAME)

    def stop(self):
        self.process.stop()

    def inhibited(self):
        return self.desktop.call(NAME, PATH, NAME, "IsInhibited", GLib.Variant("(u)", (IDLE,)))[0]

    def inhibitors(self):
        """(program, reason) of each."""
        def ask(path, method):
            return self.desktop.call(NAME, path, f"{NAME}.Inhibitor", method)[0]
        return [(ask(path, "GetAppId"), ask(path, "GetReason"))
                for path in self.desktop.call(NAME, PATH, NAME, "GetInhibitors")[0]]
