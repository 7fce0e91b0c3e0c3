#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gtk-vnc's connection without its widget, made to take one VeNCrypt sub-type.

    gvnc_subtype.py NUMBER HOST:PORT

Prints as JSON what sub-types it was offered and how it ended.
"""
import json
import sys

import gi

gi.require_version("GVnc", "1.0")
from gi.repository import GLib, GVnc  # noqa: E402

VENCRYPT = 19


def main():
    subtype = int(sys.argv[1])
    host, port = sys.argv[2].rsplit(":", 1)
    told = {"offered": [], "end": "timeout"}
    loop = GLib.MainLoop()

    def choose_subtype(connection, _type, offered):
        told["offered"] = [int(offered.get_nth(i)) for i in range(offered.n_values)]
        connection.set_auth_subtype(subtype)

    def end(_connection, *details):
        told["end"] = "; ".join([details[-1], *map(str, details[:-1])])
        loop.quit()

    connection = GVnc.Connection()
    connection.connect("vnc-auth-choose-type", lambda this, _: this.set_auth_type(VENCRYPT))
    connection.connect("vnc-auth-choose-subtype", choose_subtype)
    for signal in ("vnc-error", "vnc-auth-failure", "vnc-disconnected", "vnc-initialized",
                   "vnc-auth-credential"):
        connection.connect(signal, end, signal)
    connection.open_host(host, port)
    GLib.timeout_add_seconds(40, loop.quit)
    loop.run()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
