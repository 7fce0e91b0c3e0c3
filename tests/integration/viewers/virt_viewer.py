#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""virt-viewer without a human: logs in by a connection file.

    VNC_USERNAME=... VNC_PASSWORD=... virt_viewer.py --certificate FILE.pem --snapshot FILE.bmp
        HOST:PORT

What it does then: watched_window.py.
"""
import argparse
import os
import pathlib
import tempfile

from passwd_home import in_home, make_home
from watched_window import WatchedWindow
from xdisplay import XDisplay

CONNECTION = """[virt-viewer]
type=vnc
host={host}
port={port}
username={user}
password={password}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--snapshot", required=True)
    arguments = parser.parse_args()
    host, port = arguments.address.rsplit(":", 1)
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as home, XDisplay() as display:
        make_home(home, arguments.certificate)
        connection = pathlib.Path(home, "connection.vv")
        connection.write_text(CONNECTION.format(
            host=host, port=port, user=os.environ["VNC_USERNAME"],
            password=os.environ["VNC_PASSWORD"]))
        # the title is the name of the desktop and its number
        with WatchedWindow(display, r"\(1\)", in_home(home, "remote-viewer", connection),
                           dict(display.environment, HOME=home,
                                G_MESSAGES_DEBUG="virt-viewer")) as window:
            window.follow(arguments.snapshot)


if __name__ == "__main__":
    main()
