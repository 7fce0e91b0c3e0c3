# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers that are measured, each with the screen that it shares: ours, and those of the
distribution that are installed."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / part) for part in ("desktop", "integration/viewers")]

import desktop as desktops  # noqa: E402
from daemon import SCHEMA, Daemon  # noqa: E402
from processes import ProcessGroup, wait_until  # noqa: E402
from xdisplay import XDisplay  # noqa: E402

SIZE = (1920, 1080)
PLAYER_LIMIT = 20  # seconds until its first frame


def listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """`processes`: what each costs is told apart; "server" is the one that is compared."""

    name = ""
    port = 0
    has_input = True
    certificate = ""  # of a server that also takes viewers in by TLS
    shares_a_cast = False  # that consume() can take part in
    x11 = False

    def spawn(self, name, *command):
        raise NotImplementedError

    @property
    def logs(self):
        raise NotImplementedError

    @property
    def processes(self):
        raise NotImplementedError

    def play(self, programs, scene):
        """Starts the scene; returns its process when the first frame is painted."""
        (self.logs / "player.log").unlink(missing_ok=True)
        player = self.spawn("player", programs / "scene-player", scene, *(["x11"] if self.x11 else []))

        def ready():
            if not player.alive():
                raise RuntimeError(f"the scene does not play: {player.log_tail()}")
            return player.log_text().endswith("ready\n")
        wait_until(ready, PLAYER_LIMIT, f"the scene is not on {self.name}")
        return player


class OnWayland(Server):
    def __init__(self, desktop):
        self.desktop = desktop

    def spawn(self, name, *command):
        return self.desktop.spawn(name, *command)

    @property
    def logs(self):
        return self.desktop.processes.directory

    def pids(self, *names):
        """Of what shows the screen and carries its pictures."""
        return {name: self.desktop.processes[name].pid for name in names}


class Ours(OnWayland):
    shares_a_cast = True

    def __init__(self, desktop, build):
        super().__init__(desktop)
        self.name = f"ours, {desktop.kind}"
        self.has_input = desktop.has_input
        self.daemon = Daemon(desktop, build)
        for key, value in (("listen-addresses", "['127.0.0.1']"), ("enabled", "true"),
                           ("security-types", "['x509-none', 'none']"), ("max-clients", "64")):
            self.daemon.set_setting(key, value)
        self.daemon.set_setting("rules", "[('control', 'anonymous')]", f"{SCHEMA}.access")
        self.daemon.verbosity = ()
        self.daemon.spawn()
        self.daemon.wait_listening()
        self.daemon.save_certificate()
        self.certificate = str(self.daemon.certificate)
        self.port = self.daemon.address[1]

    def consume(self, programs):
        """Starts another consumer of the screen cast that the daemon has."""
        (self.logs / "consumer.log").unlink(missing_ok=True)
        told = subprocess.run(["pw-dump"], env=self.desktop.environment, text=True, timeout=10,
                              capture_output=True, check=True)
        kinds = {each["id"]: each["info"]["props"].get("media.class") for each in json.loads(told.stdout)
                 if each["type"].endswith(":Node")}
        node, = (node for node, kind in kinds.items() if kind in ("Video/Source",
                                                                  "Stream/Output/Video"))
        return self.spawn("consumer", programs / "stream-watch", str(node))

    @property
    def processes(self):
        found = {"server": self.daemon.pid, **self.pids("pipewire", self.desktop.kind)}
        if self.desktop.kind == "sway":
            backend = self.desktop.processes["portal-backend"].pid
            # It has a shell around it that starts it again.
            children = pathlib.Path(f"/proc/{backend}/task/{backend}/children").read_text().split()
            found["portal-backend"] = int(children[0])
        return found


class Wayvnc(OnWayland):
    name, port, program = "wayvnc", 5970, "wayvnc"

    def __init__(self, desktop):
        super().__init__(desktop)
        self.process = self.spawn("wayvnc", "wayvnc", "--max-fps=60", "127.0.0.1", str(self.port))
        desktop.wait("wayvnc", lambda: listens(self.port), 10, "wayvnc does not listen")

    @property
    def processes(self):
        return {"server": self.process.pid, **self.pids("sway")}


class OnX(Server):
    x11 = True

    def __init__(self, display, directory):
        self.environment = dict(os.environ, DISPLAY=display)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.group = ProcessGroup(directory / self.name)

    def spawn(self, name, *command):
        return self.group.start(name, command, self.environment)

    @property
    def logs(self):
        return self.group.directory

    def wait_listening(self, process):
        wait_until(lambda: listens(self.port), 15,
                   f"{self.name} does not listen: {process.log_tail()}")

    def stop(self):
        self.group.stop_all()


class Xtigervnc(OnX):
    name, port, program = "Xtigervnc", 5971, "Xtigervnc"

    def __init__(self, directory):
        super().__init__(":71", directory)
        self.process = self.spawn(
            "server", "Xtigervnc", ":71", "-rfbport", str(self.port), "-SecurityTypes", "None",
            "-localhost", "-AlwaysShared", "-geometry", f"{SIZE[0]}x{SIZE[1]}", "-depth", "24")
        self.wait_listening(self.process)

    @property
    def processes(self):
        return {"server": self.process.pid}


class Scraper(OnX):
    """A server beside an X server that belongs to it."""

    command = ()

    def __init__(self, directory):
        self.display = XDisplay(*SIZE)
        super().__init__(self.display.name, directory)
        self.process = self.spawn("server", *self.command)
        self.wait_listening(self.process)

    @property
    def processes(self):
        return {"server": self.process.pid, "Xvfb": self.display.popen.pid}

    def stop(self):
        super().stop()
        self.display.__exit__()


class X0vncserver(Scraper):
    name, port, program = "x0vncserver", 5972, "X0tigervnc"
    command = ("X0tigervnc", "-rfbport", "5972", "-SecurityTypes", "None", "-localhost",
               "-AlwaysShared")


class X11vnc(Scraper):
    name, port, program = "x11vnc", 5973, "x11vnc"
    command = ("x11vnc", "-rfbport", "5973", "-localhost", "-shared", "-forever", "-nopw", "-quiet",
               "-noipv6")


PEERS = (Wayvnc, Xtigervnc, X0vncserver, X11vnc)
NAMES = ("ours, sway", "ours, mutter", *(peer.name for peer in PEERS))


class Servers:
    """A context manager: those of the names that are installed, all up together."""

    def __init__(self, build, names):
        self.build, self.names = build, names
        self.entered = []
        self.directory = None

    def __enter__(self):
        # pylint: disable=consider-using-with
        self.directory = tempfile.TemporaryDirectory(prefix="b", dir=os.environ.get("GDS_WORK_DIR"))
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        found = []
        for kind in ("sway", "mutter"):
            on_this = [name for name in self.names if name == f"ours, {kind}"]
            with_wayvnc = kind == "sway" and self.wanted(Wayvnc)
            if not on_this and not with_wayvnc:
                continue
            desktop = desktops.create(kind, SIZE)
            desktop.__enter__()
            self.entered.append(desktop.stop)
            if on_this:
                found.append(Ours(desktop, self.build))
            if with_wayvnc:
                found.append(Wayvnc(desktop))
        for peer in PEERS[1:]:
            if self.wanted(peer):
                found.append(peer(pathlib.Path(self.directory.name)))
                self.entered.append(found[-1].stop)
        return found

    def wanted(self, peer):
        if peer.name in self.names and not shutil.which(peer.program):
            print(f"{peer.name} is not installed", flush=True)
            return False
        return peer.name in self.names

    def __exit__(self, *_):
        for stop in reversed(self.entered):
            stop()
        self.directory.cleanup()
