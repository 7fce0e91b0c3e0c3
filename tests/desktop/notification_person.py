# SPDX-License-Identifier: GPL-2.0-or-later
"""The person at the desk as far as notifications go: org.freedesktop.Notifications, with buttons
that a test presses, and a screen that it locks.

    notification_person.py [--no-buttons]

Beside the standard interface it has org.gnome.DesktopSharing.Test.Person: Notes() gives what is
shown, as JSON; Press(id, word); PutAway(id); SetLocked(locked); Locked().
"""
import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
PERSON = "org.gnome.DesktopSharing.Test.Person"
SAVER = "org.gnome.ScreenSaver"
INTERFACES = f"""<node>
  <interface name="{NAME}">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/>
      <arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  </interface>
  <interface name="{PERSON}">
    <method name="Notes"><arg type="s" direction="out"/></method>
    <method name="Press"><arg type="u" direction="in"/><arg type="s" direction="in"/></method>
    <method name="PutAway"><arg type="u" direction="in"/></method>
    <method name="SetLocked"><arg type="b" direction="in"/></method>
    <method name="Locked"><arg type="b" direction="out"/></method>
  </interface>
  <interface name="{SAVER}">
    <method name="Lock"/>
    <method name="GetActive"><arg type="b" direction="out"/></method>
  </interface>
</node>"""


class Person:
    """The service, and what it shows."""

    def __init__(self, bus, buttons):
        self.bus = bus
        self.buttons = buttons
        self.locked = False
        self.notes = {}
        self.last = 0
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACES)
        for path, names in ((PATH, (NAME, PERSON)), ("/org/gnome/ScreenSaver", (SAVER,))):
            for name in names:
                bus.register_object(path, node.lookup_interface(name), self.called, None, None)

    def called(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        answer = getattr(self, method)(*arguments.unpack())
        invocation.return_value(answer)

    def emit(self, signal, *values):
        self.bus.emit_signal(None, PATH, NAME, signal, GLib.Variant(*values))

    def GetCapabilities(self):
        return GLib.Variant("(as)", (["body", "body-markup"] + self.buttons * ["actions"],))

    def Notify(self, program, _replaced, _icon, summary, body, actions, hints, timeout):
        self.last += 1
        self.notes[self.last] = {
            "program": program, "summary": summary, "body": body, "timeout": timeout,
            "buttons": dict(zip(actions[::2], actions[1::2])), "urgency": hints.get("urgency"),
            "resident": hints.get("resident", False)}
        return GLib.Variant("(u)", (self.last,))

    def CloseNotification(self, number):
        if self.notes.pop(number, None):
            self.emit("NotificationClosed", "(uu)", (number, 3))

    def Notes(self):
        return GLib.Variant("(s)", (json.dumps(self.notes),))

    def Press(self, number, word):
        self.emit("ActionInvoked", "(us)", (number, word))
        if not self.notes[number]["resident"]:
            del self.notes[number]
            self.emit("NotificationClosed", "(uu)", (number, 2))

    def PutAway(self, number):
        del self.notes[number]
        self.emit("NotificationClosed", "(uu)", (number, 2))

    def SetLocked(self, locked):
        self.locked = locked

    def Lock(self):
        self.locked = True

    def GetActive(self):
        return GLib.Variant("(b)", (self.locked,))

    Locked = GetActive


def main():
    loop = GLib.MainLoop()
    keep = []
    buttons = "--no-buttons" not in sys.argv
    for name in (SAVER, NAME):
        Gio.bus_own_name(Gio.BusType.SESSION, name, Gio.BusNameOwnerFlags.REPLACE,
                         lambda bus, _: keep or keep.append(Person(bus, buttons)), None,
                         lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
