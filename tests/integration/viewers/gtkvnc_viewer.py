#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gtk-vnc as a viewer without a human: logs in, types, saves what it sees.

    VNC_PASSWORD=... gtkvnc_viewer.py --user NAME --certificate FILE.pem HOST:PORT
        [--keyboard LAYOUT] [--point X,Y] [--type TEXT] [--watch SECONDS] [--snapshot FILE.png] [--lossy] [--seconds N]
        [--tell] [--resize WIDTHxHEIGHT] [--client-certificate FILE.pem --client-key FILE.pem] [--listen]

With --resize the desktop is to have the size of the window, which begins with the one given.
With --listen it is called there, once, by the server.
The widget runs in a home with the server's certificate as its CA (passwd_home.py).
Prints one JSON object: size, security, and how it ended.
"""
import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

from passwd_home import in_home, make_home
from xdisplay import XDisplay


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--user", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--client-certificate")
    parser.add_argument("--client-key")
    parser.add_argument("--keyboard", help="of the viewer's own screen")
    parser.add_argument("--point", help="where the mouse goes when the screen is there")
    parser.add_argument("--type", default="")
    parser.add_argument("--watch", type=float, default=1.5)
    parser.add_argument("--snapshot")
    parser.add_argument("--copy", help="text that the viewer's user has copied")
    parser.add_argument("--paste", help="a file for the text that came last")
    parser.add_argument("--lossy", action="store_true")
    parser.add_argument("--seconds", type=float, default=40, help="give up after so long")
    parser.add_argument("--listen", action="store_true")
    parser.add_argument("--tell", action="store_true", help="all that the library writes down")
    parser.add_argument("--resize")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


def outside(arguments):
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as directory, XDisplay() as display:
        mine = (arguments.client_certificate, arguments.client_key)
        if arguments.keyboard:
            display.set_keyboard(arguments.keyboard)
        make_home(directory, arguments.certificate, mine if mine[0] else None)
        command = in_home(directory, sys.executable, "-B", "-Wignore", *sys.argv, "--inside",
                          display.name)
        return subprocess.run(command, env=dict(display.environment, HOME=directory,
                                                **({"G_MESSAGES_DEBUG": "all"} if arguments.tell
                                                   else {})),
                              check=False).returncode


class Viewer:
    """Inside: one GtkVnc.Display in a window at 0,0."""

    def __init__(self, arguments):
        import gi
        gi.require_version("Gtk", "3.0")
        gi.require_version("GtkVnc", "2.0")
        from gi.repository import Gdk, GLib, Gtk, GtkVnc
        self.gdk = Gdk
        if arguments.tell:
            gi.require_version("GVnc", "1.0")
            from gi.repository import GVnc
            GVnc.util_set_debug(True)
        self.glib, self.gtk, self.gtkvnc = GLib, Gtk, GtkVnc
        self.arguments = arguments
        self.end = None
        self.last_change = 0.0
        self.steps = 0
        self.display = GtkVnc.Display()
        window = Gtk.Window(title="gtk-vnc")
        window.add(self.display)
        if arguments.resize:
            window.set_default_size(*map(int, arguments.resize.split("x")))
            self.display.set_force_size(False)
            self.display.set_allow_resize(True)
            self.display.set_shared_flag(True)
        window.show_all()
        self.display.set_lossy_encoding(arguments.lossy)
        self.display.set_keyboard_grab(False)
        self.display.connect("vnc-auth-credential", self.on_credential)
        self.display.connect("vnc-initialized", self.on_initialized)
        self.display.connect("vnc-server-cut-text", self.on_cut_text)
        for signal in ("vnc-disconnected", "vnc-error", "vnc-auth-failure",
                       "vnc-auth-unsupported"):
            self.display.connect(signal, self.on_end, signal)
        host, port = arguments.address.rsplit(":", 1)
        if arguments.listen:
            with socket.create_server((host, int(port))) as door:
                self.called, _ = door.accept()
            self.display.open_fd_with_hostname(self.called.fileno(), host)
        else:
            self.display.open_host(host.strip("[]"), port)

    def on_credential(self, display, wanted):
        kinds = self.gtkvnc.DisplayCredential
        values = {kinds.USERNAME: self.arguments.user,
                  kinds.PASSWORD: os.environ["VNC_PASSWORD"], kinds.CLIENTNAME: "gtk-vnc"}
        for number in range(wanted.n_values):
            kind = wanted.get_nth(number)
            display.set_credential(kind, values[kind])

    def on_initialized(self, _display):
        self.last_change = time.monotonic()
        self.glib.timeout_add(100, self.when_drawn)

    def on_cut_text(self, _display, text):
        if self.arguments.paste:
            with open(self.arguments.paste, "w", encoding="utf-8") as file:
                file.write(text)

    def on_end(self, _display, *details):
        self.finish("; ".join(str(detail) for detail in details))

    def finish(self, how):
        if self.end is None:
            self.end = how
            self.gtk.main_quit()

    def when_drawn(self):
        pixbuf = self.display.get_pixbuf()
        if pixbuf is None or not pixbuf.get_pixels().strip(b"\0"):
            return True
        if self.arguments.point:
            self.glib.timeout_add(50, self.point)
        if self.arguments.copy:
            # the desktop opens its clipboard with the first viewer, a moment after the screen
            self.glib.timeout_add(2000, self.display.client_cut_text, self.arguments.copy)
        if self.arguments.type:
            self.glib.timeout_add(300, self.type)
        else:
            self.glib.timeout_add(int(self.arguments.watch * 1000), self.save)
        return False

    def point(self):
        """By small steps: a mouse that is where it goes does not move."""
        x, y = map(int, self.arguments.point.split(","))
        self.steps += 1
        subprocess.run(["xdotool", "mousemove", str(x + self.steps), str(y)], check=True, timeout=30)
        return self.steps < 20

    def type(self):
        # one key, and time, before the text: a seat that has just got its keyboard loses the first
        self.display.grab_focus()
        self.display.send_keys([0xffe1])
        self.glib.timeout_add(500, self.type_next, list(self.arguments.type))
        return False

    def type_next(self, characters):
        if not characters:
            self.glib.timeout_add(1500, self.save)
            return False
        character = characters.pop(0)
        self.display.send_keys([0xff0d if character == "\n" else
                                self.gdk.unicode_to_keyval(ord(character))])
        self.glib.timeout_add(30, self.type_next, characters)
        return False

    def save(self):
        if self.arguments.snapshot:
            self.display.get_pixbuf().savev(self.arguments.snapshot, "png", [], [])
        self.finish("done")
        return False

    def run(self):
        self.glib.timeout_add(int(self.arguments.seconds * 1000), self.finish, "timeout")
        self.gtk.main()
        print(json.dumps({"end": self.end, "width": self.display.get_width(),
                          "height": self.display.get_height()}))
        return 0 if self.end == "done" else 1


def main():
    arguments = parse()
    return Viewer(arguments).run() if arguments.inside else outside(arguments)


if __name__ == "__main__":
    sys.exit(main())
