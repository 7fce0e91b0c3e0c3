#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Remmina without a human: logs in by a profile, in which Remmina itself has put the password.

    VNC_USERNAME=... VNC_PASSWORD=... remmina_viewer.py --certificate FILE.pem --snapshot FILE.bmp
        HOST:PORT

What it does then: watched_window.py.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile

from watched_window import WatchedWindow
from xdisplay import XDisplay

NAME = "Remmina's profile"
PROFILE = """[remmina]
protocol=VNC
name={name}
server={host}:{port}
username={user}
cacert={certificate}
quality=9
colordepth=32
viewmode=1
scale=0
window_width=1500
window_height=1000
"""
# A bus on which nothing is started: no portal, no keyring.
BUS = """<busconfig>
<type>session</type><listen>unix:tmpdir={home}</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--snapshot", required=True)
    arguments = parser.parse_args()
    host, port = arguments.address.rsplit(":", 1)
    with tempfile.TemporaryDirectory(prefix="gds-viewer-") as home, XDisplay() as display:
        profile = pathlib.Path(home, "desk.remmina")
        profile.write_text(PROFILE.format(name=NAME, host=host, port=port,
                                          user=os.environ["VNC_USERNAME"],
                                          certificate=arguments.certificate))
        environment = dict(display.environment, HOME=home, XDG_RUNTIME_DIR=home)
        for name in ("CONFIG", "DATA", "CACHE"):
            environment[f"XDG_{name}_HOME"] = f"{home}/{name.lower()}"
            os.mkdir(f"{home}/{name.lower()}")
        bus = pathlib.Path(home, "bus.conf")
        bus.write_text(BUS.format(home=home))
        remmina = ["dbus-run-session", "--config-file", bus, "--", "remmina"]
        subprocess.run([*remmina, "--update-profile", profile, "--set-option", "password"],
                       env=environment, input=os.environ["VNC_PASSWORD"] + "\n", text=True,
                       timeout=60, check=True, capture_output=True)
        with WatchedWindow(display, NAME, [*remmina, "-c", profile],
                           dict(environment, G_MESSAGES_DEBUG="all")) as window:
            window.follow(arguments.snapshot)


if __name__ == "__main__":
    main()
