#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xtightvncviewer, of the time of X11, without a human: logs in by the one password or none, and
saves what it sees, with the pointer where it is told to be.

    VNC_PASSWORD=... xtightvnc_viewer.py HOST:PORT --pointer X Y --snapshot FILE.png
        [--encoding tight|zlib|hextile]
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from xdisplay import XDisplay


def wait_for_window(display, viewer):
    for _ in range(150):
        window = display.find_window("TightVNC")
        if window:
            return window
        if viewer.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("xtightvncviewer shows no window")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--snapshot", required=True)
    parser.add_argument("--pointer", nargs=2, required=True)
    parser.add_argument("--encoding", default="tight")
    arguments = parser.parse_args()
    host, port = arguments.address.rsplit(":", 1)
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as home, XDisplay() as display:
        password = pathlib.Path(home, "passwd")
        password.write_bytes(subprocess.run(
            ["tigervncpasswd", "-f"], input=os.environ["VNC_PASSWORD"].encode() + b"\n",
            capture_output=True, check=True).stdout)
        command = ["xtightvncviewer", "-passwd", password, "-encodings",
                   f"{arguments.encoding} copyrect raw", "-nojpeg", "-geometry", "1280x720+0+0", f"{host}::{port}"]
        with subprocess.Popen([str(word) for word in command],
                              env=dict(display.environment, HOME=home)) as viewer:
            try:
                window = wait_for_window(display, viewer)
                time.sleep(1)
                display.run("xdotool", "mousemove", "--window", window, *arguments.pointer)
                time.sleep(0.5)
                display.run("xdotool", "mousemove", "1590", "1190")
                time.sleep(2)
                display.capture(window, arguments.snapshot)
                if viewer.poll() is not None:
                    sys.exit("xtightvncviewer ended")
            finally:
                viewer.terminate()


if __name__ == "__main__":
    main()
