#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer that may choose the desktop's size, without a human: TigerVNC's, or the widget of gtk-vnc.

    VNC_USERNAME=... VNC_PASSWORD=... sizing_viewer.py --certificate FILE.pem --snapshot FILE.bmp
        --program tigervnc|gtk-vnc --size WIDTHxHEIGHT HOST:PORT

--size is the one of its window. TigerVNC asks for it when it begins (-DesktopSize); gtk-vnc only when
its window becomes another: it gives its first wish up when it hears of the screens. What it does
then: watched_window.py; a line is the next size of its window. It tells standard error what it does;
all that TigerVNC could tell would paint a plot over the picture.
"""
import argparse
import os
import pathlib
import sys
import tempfile

from passwd_home import in_home, make_home
from watched_window import WatchedWindow
from xdisplay import XDisplay

HERE = pathlib.Path(__file__).resolve().parent


class SizedWindow(WatchedWindow):
    def type(self, line):
        window = self.display.find_window(self.title)
        if not window:
            sys.exit(f"there is no window {self.title!r}")
        self.display.run("xdotool", "windowsize", window, *line.split())


def tigervnc(arguments):
    installed = next(name for name in ("/usr/bin/xtigervncviewer", "/usr/bin/vncviewer")
                     if os.path.exists(name))
    host, port = arguments.address.rsplit(":", 1)
    return [installed, "-SecurityTypes=X509Plain", f"-X509CA={arguments.certificate}",
            f"-DesktopSize={arguments.size}", f"-geometry={arguments.size}+0+0", "-AutoSelect=0", "-PreferredEncoding=ZRLE",
            "-NoJPEG=1", "-Shared=1", "-MenuKey=", "-AlertOnFatalError=0", "-ReconnectOnError=0",
            "-Log=*:stderr:30", f"{host}::{port}"]


def gtk_vnc(arguments, home, display):
    return in_home(home, sys.executable, "-B", "-Wignore", HERE / "gtkvnc_viewer.py", "--user",
                   os.environ["VNC_USERNAME"], "--certificate", arguments.certificate, "--tell",
                   "--resize", arguments.size, "--watch", "600", "--seconds", "600", "--inside",
                   display.name, arguments.address)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--snapshot", required=True)
    parser.add_argument("--program", choices=("tigervnc", "gtk-vnc"), required=True)
    parser.add_argument("--size", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as home, XDisplay() as display:
        make_home(home, arguments.certificate)
        own = arguments.program == "tigervnc"
        command = tigervnc(arguments) if own else gtk_vnc(arguments, home, display)
        with SizedWindow(display, "TigerVNC" if own else "gtk-vnc", command,
                         dict(display.environment, HOME=home, G_MESSAGES_DEBUG="all")) as window:
            window.follow(arguments.snapshot)


if __name__ == "__main__":
    main()
