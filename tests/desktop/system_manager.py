#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The system's service manager, as far as GNOME Settings asks it since 47.1: the row Remote Desktop
is there only where the unit of the remote login is installed.

It says of every unit that it is installed and not enabled, as Debian leaves that one. The manager of
the user, which does what the switch wants, is a real one: see service_manager.py.
"""
import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.systemd1"
INTERFACE = """<node><interface name="org.freedesktop.systemd1.Manager">
  <method name="GetUnitFileState"><arg type="s" direction="in"/><arg type="s" direction="out"/></method>
</interface></node>"""


def answer(_bus, _sender, _path, _interface, _method, _arguments, invocation):
    invocation.return_value(GLib.Variant("(s)", ("disabled",)))


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    bus.register_object("/org/freedesktop/systemd1",
                        Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], answer, None, None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
