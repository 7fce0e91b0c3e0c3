#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""logind as one session sees it (org.freedesktop.login1(5)): as a program it is the service, with the
session "2" in it; LoginManager is how a test has one.

Beside the standard interface it has org.gnome.DesktopSharing.Test.Login: Set(property, value) changes
what is told of the session, Locked() how often somebody asked for it to be locked, and RefuseLocks()
answers as polkit would.
"""
import pathlib
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from processes import wait_until  # noqa: E402

NAME = "org.freedesktop.login1"
ROOT = "/org/freedesktop/login1"
SESSION, AUTO = ROOT + "/session/_32", ROOT + "/session/auto"
TEST = "org.gnome.DesktopSharing.Test.Login"
INTERFACES = f"""<node>
  <interface name="{NAME}.Manager">
    <method name="GetSession"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  </interface>
  <interface name="{NAME}.Session">
    <method name="Lock"/>
    <property name="Id" type="s" access="read"/>
    <property name="Active" type="b" access="read"/>
    <property name="Type" type="s" access="read"/>
    <property name="Seat" type="(so)" access="read"/>
    <signal name="Lock"/>
  </interface>
  <interface name="{TEST}">
    <method name="Set"><arg type="s" direction="in"/><arg type="v" direction="in"/></method>
    <method name="Locked"><arg type="u" direction="out"/></method>
    <method name="RefuseLocks"/>
  </interface>
</node>"""


class Service:
    def __init__(self, bus):
        self.bus = bus
        self.locked = 0
        self.refuses = False
        self.properties = {
            "Id": GLib.Variant("s", "2"), "Active": GLib.Variant("b", True),
            "Type": GLib.Variant("s", "wayland"),
            "Seat": GLib.Variant("(so)", ("seat0", ROOT + "/seat/seat0"))}
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACES)
        for path, interface in ((ROOT, NAME + ".Manager"), (SESSION, NAME + ".Session"),
                                (AUTO, NAME + ".Session"), ("/test", TEST)):
            bus.register_object(path, node.lookup_interface(interface), self.called,
                                lambda *words: self.properties[words[-1]], None)

    def called(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        if method == "Lock" and self.refuses:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                                         "Interactive authentication required.")
            return
        invocation.return_value(getattr(self, method)(*arguments))

    def GetSession(self, name):
        # "auto" is what a service of the user's may say
        return GLib.Variant("(o)", (SESSION if name in ("2", "auto") else "/",))

    def Lock(self):
        self.locked += 1
        self.bus.emit_signal(None, SESSION, NAME + ".Session", "Lock", None)

    def Set(self, name, value):
        self.properties[name] = GLib.Variant(self.properties[name].get_type_string(), value)
        self.bus.emit_signal(
            None, SESSION, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            GLib.Variant("(sa{sv}as)", (NAME + ".Session", {name: self.properties[name]}, [])))

    def Locked(self):
        return GLib.Variant("(u)", (self.locked,))

    def RefuseLocks(self):
        self.refuses = True


class LoginManager:
    """On the desktop's own bus of the system."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = Gio.DBusConnection.new_for_address_sync(
            desktop.environment["DBUS_SYSTEM_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.set_exit_on_close(False)
        self.process = desktop.spawn("logind", sys.executable, "-B", pathlib.Path(__file__))

        def there():
            return self.bus.call_sync(
                "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                GLib.Variant("(s)", (NAME,)), None, 0, 5000, None).unpack()[0]
        wait_until(there, 5, "no logind")

    def call(self, method, arguments=None):
        return self.bus.call_sync(NAME, "/test", TEST, method, arguments, None, 0, 5000,
                                  None).unpack()

    def set(self, name, value):
        self.call("Set", GLib.Variant("(sv)", (name, value)))

    def set_active(self, active):
        """Whether the session is the one on the screen."""
        self.set("Active", GLib.Variant("b", active))

    def locked(self):
        return self.call("Locked")[0]

    def stop(self):
        self.process.stop()
        self.bus.close_sync(None)


def main():
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    Service(bus)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None,
                                   lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
