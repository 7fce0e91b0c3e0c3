#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The computer's keyboard as org.freedesktop.locale1(5) tells it: where Mutter on its own takes its
layout from.

    locale_service.py LAYOUTS OPTIONS
"""
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.locale1"
WORDS = ("X11Layout", "X11Options", "X11Variant", "X11Model")
INTERFACE = "<node><interface name='{}'>{}</interface></node>".format(
    NAME, "".join(f"<property name='{word}' type='s' access='read'/>" for word in WORDS))


def main():
    values = dict(zip(WORDS, (*sys.argv[1:3], "", "pc105")))
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    bus.register_object("/org/freedesktop/locale1",
                        Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], None,
                        lambda *words: GLib.Variant("s", values[words[-1]]), None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
