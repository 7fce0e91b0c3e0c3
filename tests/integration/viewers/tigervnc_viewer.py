#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TigerVNC's vncviewer without a human: logs in, types, saves what it sees.

    VNC_USERNAME=... VNC_PASSWORD=... tigervnc_viewer.py --certificate FILE.pem HOST:PORT
        [--keyboard LAYOUT] [--click BUTTON] [--type TEXT] [--snapshot FILE.png] [--encoding Tight|ZRLE|Hextile|Raw] [--lossy]
        [--wait SECONDS] [--security TYPE] [--program "PROGRAM ARGS"]
        [--listen]

With --listen it is called at PORT by the server. With RA2 it trusts the server's key when it is asked, and the certificate when that names no host.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

from xdisplay import XDisplay


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--keyboard", help="of the viewer's own screen")
    parser.add_argument("--click", help="a button of the mouse, as X counts them")
    parser.add_argument("--type", default="")
    parser.add_argument("--snapshot")
    parser.add_argument("--encoding", default="Tight")
    parser.add_argument("--lossy", action="store_true")
    parser.add_argument("--wait", type=float, default=2.0)
    parser.add_argument("--security", default="X509Plain")
    parser.add_argument("--program", help="another than the installed one")
    parser.add_argument("--listen", action="store_true")
    return parser.parse_args()


def wait_for_window(display, viewer, log):
    for _ in range(150):
        if viewer.poll() is not None:
            break
        window = display.find_window("TigerVNC")
        if window:
            return window
        # RA2 shows a key; the certificate of GNOME Settings names no host. Yes is what Return means.
        question = display.find_window("Server key fingerprint") or \
            display.find_window("Certificate hostname mismatch")
        if question:
            display.run("xdotool", "windowfocus", question, check=False)
            display.run("xdotool", "key", "Return")
        time.sleep(0.1)
    log.seek(0)
    sys.exit("vncviewer shows no window:\n" + log.read().decode(errors="replace"))


def main():
    arguments = parse()
    host, port = arguments.address.rsplit(":", 1)
    installed = next(name for name in ("/usr/bin/xtigervncviewer", "/usr/bin/vncviewer")
                     if os.path.exists(name))
    program = arguments.program.split() if arguments.program else [installed]
    command = [*program, f"-SecurityTypes={arguments.security}", f"-X509CA={arguments.certificate}",
               "-AutoSelect=0", f"-PreferredEncoding={arguments.encoding}",
               f"-NoJPEG={int(not arguments.lossy)}", "-RemoteResize=0", "-FullColor=1",
               "-MenuKey=", "-AlertOnFatalError=0", "-ReconnectOnError=0", "-Log=*:stderr:30",
               *(("-listen", port) if arguments.listen else (f"{host}::{port}",))]
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as home, \
            tempfile.TemporaryFile() as log, XDisplay() as display:
        if arguments.keyboard:
            display.set_keyboard(arguments.keyboard)
        with subprocess.Popen(command, env=dict(display.environment, HOME=home),
                              stdout=log, stderr=log) as viewer:
            try:
                window = wait_for_window(display, viewer, log)
                time.sleep(1)
                display.run("xdotool", "mousemove", "--window", window, "600", "600")
                display.run("xdotool", "windowfocus", window, check=False)
                if arguments.click:
                    display.run("xdotool", "click", arguments.click)
                if arguments.type:
                    display.run("xdotool", "key", "Shift_L")
                    time.sleep(0.5)
                    display.type(arguments.type)
                time.sleep(arguments.wait)
                if arguments.snapshot:
                    display.run("xdotool", "mousemove", "1590", "1190")
                    time.sleep(0.5)
                    display.capture(window, arguments.snapshot)
                if viewer.poll() is not None:
                    log.seek(0)
                    sys.exit("vncviewer ended:\n" + log.read().decode(errors="replace"))
            finally:
                viewer.terminate()


if __name__ == "__main__":
    main()
