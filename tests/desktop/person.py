# SPDX-License-Identifier: GPL-2.0-or-later
"""The person at the desk: what the notifications say, and the lock of the screen."""
import json
import pathlib
import sys

from gi.repository import GLib

from processes import wait_until

PROGRAM = pathlib.Path(__file__).resolve().parent / "notification_person.py"
NOTIFICATIONS = "org.freedesktop.Notifications"
PERSON = "org.gnome.DesktopSharing.Test.Person"


class Person:
    """Who sits at the desk and sees the notifications."""

    def __init__(self, desktop, *options):
        self.desktop = desktop
        self.process = desktop.spawn("person", sys.executable, "-B", PROGRAM, *options)
        wait_until(lambda: desktop.has_name(NOTIFICATIONS), 5, "no person came")

    def call(self, method, signature=None, *arguments):
        return self.desktop.bus.call_sync(
            NOTIFICATIONS, "/org/freedesktop/Notifications", PERSON, method,
            GLib.Variant(signature, arguments) if signature else None, None, 0, 5000, None).unpack()

    def notes(self):
        return {int(number): note for number, note in json.loads(self.call("Notes")[0]).items()}

    def note(self, button, count=1):
        """The number of the one that has that button, and what it says."""
        def find():
            found = [item for item in self.notes().items() if button in item[1]["buttons"]]
            return found[0] if len(found) == count else None
        return wait_until(find, 5, f"no notification with {button}: {self.notes()}")

    def press(self, word, button=None):
        number, _ = self.note(button or word)
        self.call("Press", "(us)", number, word)

    def leave(self):
        self.process.stop()

    def lock(self, locked):
        self.call("SetLocked", "(b)", locked)

    def locked(self):
        return self.call("Locked")[0]
