#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./dev run`: shares a desktop and tells how to look at it.

    run.py BUILD [--here] [--snapshot FILE.png] [-- CMD...]

--here shares the Wayland session we are in; otherwise a private headless desktop is started
(DESKTOP_SHARING_DESKTOP=mutter|sway, DESKTOP_SHARING_SIZE=1280x720).  It ends with CMD, or with
Ctrl-C; what was started here ends too.
"""
import argparse
import contextlib
import getpass
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from gi.repository import Gio

import desktop as desktops
from daemon import NAME, PATH, Daemon
from processes import NotReady, ProcessGroup

HERE = pathlib.Path(__file__).resolve().parent
VIEWER = HERE.parent / "integration" / "viewers" / "gtkvnc_viewer.py"
SHELL_RC = """PS1='\\[\\e[1;32m\\]shared\\[\\e[0m\\]:\\W\\$ '
cd
printf 'This terminal is on the desktop that gnome-desktop-sharing shares.\\n'
printf 'What you type in a viewer arrives here.\\n\\n'
"""


class OwnSession(desktops.Desktop):
    """The desktop we are in: nothing is started but the daemon, and nothing else is ended."""

    kind = "own"

    def __init__(self):  # pylint: disable=super-init-not-called
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="gds-run-"))
        self.processes = ProcessGroup(self.directory / "log")
        self.environment = dict(os.environ)
        self.bus = None

    def start(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def stop(self):
        self.processes.stop_all()
        shutil.rmtree(self.directory, ignore_errors=True)


def parse_size(text):
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        sys.exit(f"run: DESKTOP_SHARING_SIZE={text} is not a size like 1280x720")
    return int(match[1]), int(match[2])


def start_private_desktop(stack):
    kind = os.environ.get("DESKTOP_SHARING_DESKTOP", "mutter")
    size = parse_size(os.environ.get("DESKTOP_SHARING_SIZE", "1280x720"))
    print(f"run: starting a private headless {kind} desktop, {size[0]}x{size[1]}", flush=True)
    desktop = stack.enter_context(desktops.create(kind, size))
    rc = desktop.path("home") / ".bashrc"
    rc.write_text(SHELL_RC)
    desktop.start_terminal("bash", "--noprofile", "--rcfile", rc, "-i")
    return desktop


def share_own_session(stack, build):
    desktop = stack.enter_context(OwnSession())
    daemon = Daemon(desktop, build, user=getpass.getuser())
    daemon.spawn("--replace", "--enable")
    if daemon.control("list-users").stdout.strip():
        daemon.password = None
    else:
        daemon.set_password(daemon.user, daemon.password)
    return desktop, daemon


def describe(daemon, private):
    host, port = daemon.address
    object_path = f"--session -d {NAME} -o {PATH}"
    bus = daemon.desktop.environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    print(f"""
Sharing. Connect a VNC viewer to   {host}:{port}      (display {host}::{port})
  user         {daemon.user}
  password     {daemon.password or '(the one you have set)'}
  certificate  {daemon.certificate}
  SHA-256      {daemon.get('TlsFingerprint')}

    vncviewer -X509CA {daemon.certificate} {host}::{port}

Try:{f'''
    export DBUS_SESSION_BUS_ADDRESS={bus}''' if private else ''}
    gdbus introspect {object_path}
    gdbus call {object_path} -m org.freedesktop.DBus.Properties.Get {NAME} Clients
    gdbus call {object_path} -m org.freedesktop.DBus.Properties.Set {NAME} Enabled '<false>'
    gdbus monitor --session -d {NAME}
""", flush=True)


def take_snapshot(daemon, file):
    """What a stock viewer, gtk-vnc, sees."""
    viewer = [sys.executable, "-B", VIEWER, "--snapshot", file, "--certificate",
              daemon.certificate, "--user", daemon.user,
              f"{daemon.address[0]}:{daemon.address[1]}"]
    try:
        subprocess.run(viewer, check=True, timeout=90, env=dict(daemon.desktop.environment,
                                                                VNC_PASSWORD=daemon.password))
    except subprocess.SubprocessError as error:
        raise NotReady(f"the viewer got no picture: {error}\n"
                       f"{daemon.process.log_tail(20)}") from None
    print(f"run: what the viewer saw is in {file}", flush=True)


def run_command(daemon, command):
    environment = dict(daemon.desktop.environment, **daemon.cmd_environment())
    try:
        with subprocess.Popen(command, env=environment) as process:
            return wait_for_command(process)
    except FileNotFoundError:
        print(f"run: {command[0]}: no such command", file=sys.stderr)
        return 127


def wait_for_command(process):
    while True:
        try:
            status = process.wait()
            return 128 - status if status < 0 else status
        except KeyboardInterrupt:
            continue  # the terminal has told the command as well
        except SystemExit:
            process.terminate()
            raise


def wait_for_daemon(daemon):
    print("run: Ctrl-C ends it", flush=True)
    while daemon.process.alive():
        time.sleep(0.2)
    raise NotReady(f"the daemon ended:\n{daemon.process.log_tail(40)}")


def share(arguments, command, stack):
    if arguments.here:
        desktop, daemon = share_own_session(stack, arguments.build)
        if daemon.password:
            daemon.wait_ready()
        else:
            daemon.wait_listening()
        daemon.save_certificate()
    else:
        desktop = start_private_desktop(stack)
        daemon = Daemon(desktop, arguments.build)
        stack.callback(daemon.stop)
        daemon.start()
    describe(daemon, not arguments.here)
    if arguments.snapshot:
        if daemon.password is None:
            raise NotReady("--snapshot needs a password made for this run; "
                           "unset WAYLAND_DISPLAY to use a private desktop")
        time.sleep(1)  # the terminal draws itself
        take_snapshot(daemon, arguments.snapshot)
        return 0
    if command:
        return run_command(daemon, command)
    return wait_for_daemon(daemon)


def main():
    words = sys.argv[1:]
    command = []
    if "--" in words:
        command = words[words.index("--") + 1:]
        words = words[:words.index("--")]
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--snapshot", metavar="FILE.png")
    arguments = parser.parse_args(words)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        with contextlib.ExitStack() as stack:
            return share(arguments, command, stack)
    except NotReady as error:
        print(f"run: {error}", file=sys.stderr)
        return 99
    except KeyboardInterrupt:
        print("\nrun: ended", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
