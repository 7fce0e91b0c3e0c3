# SPDX-License-Identifier: GPL-2.0-or-later
"""Our units in the hands of a real service manager: started by the bus and by a socket, held within
what they may do, told to read again, stopped and killed while viewers look."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from gi.repository import GLib

from daemon import NAME
from pki import Pki, fingerprint
from processes import wait_until
from rfb.client import Client
from rfb.wire import Closed
from service_manager import trouble
from share import SANITIZER_FINDS
from unit_desktop import OURS, SOCKET, SOURCE, ActivatedDaemon, UnitDesktop

UNIT = SOURCE / "data" / "gnome-desktop-sharing.service.in"
# Of which a user's manager makes a user namespace, from where callers cannot be looked at.
NAMESPACES = re.compile(r"^(Private|Protect|ReadOnly|ReadWrite|Inaccessible|Bind|Temporary|Root|"
                        r"DynamicUser|ProcSubset|MountAPIVFS|CapabilityBoundingSet)\w*=", re.M)


@pytest.fixture(scope="module")
def activated(build):
    if trouble():
        pytest.skip(trouble())
    with UnitDesktop() as session:
        daemon = ActivatedDaemon(session, build)
        daemon.start()
        session.start_terminal("sh", "-c", "while :; do date +%N; done")
        yield daemon
        log = session.log_file.read_text(errors="replace")
        assert daemon.stop() == "success", log[-4000:]
        assert not [find for find in SANITIZER_FINDS if find in log], log[-6000:]


@pytest.fixture
def daemon(activated):
    """Shares, by its own sockets."""
    manager = activated.desktop.manager
    manager.control("stop", SOCKET, OURS, check=False)
    manager.control("reset-failed", check=False)
    for key in ("port", "security-types"):
        activated.reset_setting(key)
    activated.desktop.run("gsettings", "reset-recursively", "org.gnome.desktop-sharing.tls")
    activated.set_setting("enabled", "true")
    manager.control("start", OURS)
    activated.wait_ready()
    return activated


def viewer(daemon, address=None):
    client = Client(address or daemon.address, daemon.user, daemon.password)
    client.refresh()
    return client


class Load:
    """Viewers that look at a desktop which never rests, each on a thread of its own."""

    def __init__(self, daemon, count=5):
        self.clients = [viewer(daemon) for _ in range(count)]
        self.ended = {}
        self.updates = [0] * count
        self.over = False
        self.threads = [threading.Thread(target=self.look, args=(i,)) for i in range(count)]

    def look(self, number):
        client = self.clients[number]
        try:
            while not self.over:
                client.request()
                client.next_update(10)
                self.updates[number] += 1
        except (Closed, OSError):
            self.ended[number] = time.monotonic()

    def all_looking(self):
        before = list(self.updates)
        wait_until(lambda: all(now > then + 2 for now, then in zip(self.updates, before)), 20,
                   f"no updates: {self.updates}, {self.ended}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.all_looking()
        return self

    def __exit__(self, *_):
        self.over = True
        for thread in self.threads:
            thread.join(15)
        for client in self.clients:
            client.close()


def can_connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        return sock.connect_ex(address) == 0


# --- started by the bus


def test_a_call_starts_the_unit(daemon):
    session = daemon.desktop
    session.manager.control("stop", OURS)
    assert session.manager.state(OURS) == "inactive" and not session.has_name(NAME)
    assert daemon.ask()
    assert session.manager.state(OURS) == "active"
    program = pathlib.Path(os.readlink(f"/proc/{daemon.pid}/exe"))
    assert program.name == "gnome-desktop-sharing-daemon"
    owner = session.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                         "GetConnectionUnixProcessID", GLib.Variant("(s)", (NAME,)))[0]
    assert owner == daemon.pid
    daemon.wait_ready()
    viewer(daemon).close()


def test_the_unit_is_where_the_service_manager_looks(build):
    plan = json.loads(subprocess.run(["meson", "introspect", "--installed", build], check=True,
                                     capture_output=True, text=True).stdout)
    places = set(plan.values())
    for end in (f"/lib/systemd/user/{OURS}", f"/lib/systemd/user/{SOCKET}",
                f"/share/dbus-1/services/{NAME}.service"):
        assert any(place.endswith(end) for place in places), end


# --- what it may do


def promised():
    """{option: value} of the hardening, as the unit's file has it."""
    text = UNIT.read_text().split("# Nothing that makes namespaces")[1]
    return re.findall(r"^([A-Z]\w+)=(.*)$", text.split("[Install]")[0], flags=re.M)


def test_nothing_in_the_unit_makes_a_namespace():
    assert not NAMESPACES.findall(UNIT.read_text())


def test_the_daemon_runs_under_what_the_unit_says(daemon):
    options = promised()
    assert len(options) >= 11
    show = daemon.desktop.show
    for name, value in options:
        if value in ("yes", "native"):
            assert show(name) == value, name
    assert show("SystemCallErrorNumber") in ("1", "EPERM")
    allowed = set(show("SystemCallFilter").split())
    assert {"read", "accept4", "sendmsg"} <= allowed
    assert not {"setuid", "chroot", "mount", "ptrace", "bpf", "sched_setscheduler",
                "kexec_load"} & allowed
    assert set(show("RestrictAddressFamilies").split()) == {"AF_UNIX", "AF_INET", "AF_INET6",
                                                            "AF_NETLINK"}
    with viewer(daemon) as client:
        status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
        facts = dict(re.findall(r"^(\w+):\s*(.*)$", status, flags=re.M))
        assert facts["NoNewPrivs"] == "1" and facts["Seccomp"] == "2"
        assert facts["Umask"] == "0077" and int(facts["CapEff"], 16) == 0
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        assert re.search(r"^Max core file size\s+[01]\s", limits, flags=re.M)
        tasks = pathlib.Path(f"/proc/{daemon.pid}/task").iterdir()
        niceness = [int((task / "stat").read_text().rpartition(")")[2].split()[16])
                    for task in tasks]
        assert max(niceness) > 0, "what computes does not give way to the compositor"
        for kind in ("user", "mnt"):
            assert os.readlink(f"/proc/{daemon.pid}/ns/{kind}") == \
                os.readlink(f"/proc/self/ns/{kind}")
        # and does all its work there: the portal, the picture, callers that are looked at
        client.type("x")
        client.wait_fence(b"typed")
        assert daemon.control("clients").stdout.count("\n") >= 1
        assert not daemon.get("StatusReason")


# --- reload, stop, kill


def test_reload_under_load(daemon, tmp_path):
    """Behind a link a file may change without anybody being told of it."""
    authority = Pki(tmp_path / "authority", "Test")
    pairs = [authority.issue_for_server(name) for name in ("one", "two")]
    behind = tmp_path / "behind"
    behind.mkdir()

    def put(pair):
        for source, name in zip(pair, ("cert", "key")):
            new = behind / f"{name}.new"
            new.write_bytes(pathlib.Path(source).read_bytes())
            new.chmod(0o600)
            new.rename(behind / f"{name}.pem")
    put(pairs[0])
    for name in ("cert", "key"):
        (tmp_path / f"{name}.pem").symlink_to(behind / f"{name}.pem")
    tls = "org.gnome.desktop-sharing.tls"
    daemon.set_setting("certificate-file", str(tmp_path / "cert.pem"), tls)
    daemon.set_setting("private-key-file", str(tmp_path / "key.pem"), tls)

    def shows(pair):
        return daemon.get("TlsFingerprint") == fingerprint(pair[0])
    daemon.wait(lambda: shows(pairs[0]), 10, "the certificate is not taken")
    pid = daemon.pid
    with Load(daemon) as load:
        put(pairs[1])
        time.sleep(1)
        assert shows(pairs[0]), "it is noticed by itself; this test is no good"
        daemon.desktop.manager.control("reload", OURS)
        daemon.wait(lambda: shows(pairs[1]), 10, "the certificate is not read again")
        daemon.set_setting("view-only", "true")
        daemon.desktop.manager.control("reload", OURS)
        daemon.wait(lambda: all(each["ViewOnly"] for each in daemon.clients()), 5,
                    "the setting is not taken")
        daemon.reset_setting("view-only")
        load.all_looking()
        assert not load.ended and daemon.pid == pid
        viewer(daemon).close()


def test_stop_under_load(daemon):
    session = daemon.desktop
    before = {path.name for path in session.path("run").iterdir()}
    with Load(daemon) as load:
        began = time.monotonic()
        session.manager.control("stop", OURS)
        took = time.monotonic() - began
        wait_until(lambda: len(load.ended) == len(load.clients), 5, "sessions that do not end")
        last = max(load.ended.values()) - began
    assert last < 1, f"the last session ended after {last:.2f} s"
    assert took < 2, f"the stop took {took:.2f} s"
    assert session.show("Result") == "success" and session.show("ExecMainStatus") == "0"
    assert session.manager.state(OURS) == "inactive"
    assert not session.processes_of() and not session.has_name(NAME)
    assert not can_connect(socket.AF_INET, daemon.address)
    assert {path.name for path in session.path("run").iterdir()} <= before


def test_who_is_killed_comes_back(daemon):
    pid = daemon.pid
    for number in (signal.SIGKILL, signal.SIGABRT):
        with Load(daemon, 2):
            os.kill(pid, number)
            daemon.wait(lambda pid=pid: daemon.pid not in (0, pid), 10, "it does not come back")
        daemon.wait(lambda: daemon.desktop.has_name(NAME), 10, "it does not come back")
        daemon.wait_ready()
        viewer(daemon).close()
        pid = daemon.pid
    daemon.desktop.manager.control("reset-failed", OURS)


def test_who_has_ended_by_himself_stays_away(daemon):
    os.kill(daemon.pid, signal.SIGTERM)
    daemon.wait(lambda: daemon.desktop.manager.state(OURS) == "inactive", 5, "it does not end")
    time.sleep(0.5)
    assert daemon.desktop.manager.state(OURS) == "inactive"


# --- started by a socket


@pytest.fixture
def by_socket(daemon):
    """Our socket unit as it is, and a path besides."""
    session = daemon.desktop
    session.manager.control("stop", OURS)
    session.manager.add_unit(f"{SOCKET}.d/test.conf", "[Socket]\nListenStream=%t/gds-vnc\n")
    session.manager.control("daemon-reload")
    session.manager.control("start", SOCKET)
    assert session.manager.state(OURS) == "inactive"
    yield daemon
    session.manager.control("stop", SOCKET, OURS, check=False)
    session.manager.remove_unit(f"{SOCKET}.d/test.conf")
    session.manager.control("daemon-reload")


def test_who_connects_starts_it(by_socket):
    daemon = by_socket
    path = daemon.desktop.path("run") / "gds-vnc"
    assert path.stat().st_mode & 0o777 == 0o600
    viewer(daemon, ("127.0.0.1", 5900)).close()  # the first one is let in already
    endpoints = daemon.get("Endpoints")
    assert {"tcp:127.0.0.1:5900", "tcp:[::1]:5900", f"unix:{path}"} <= set(endpoints)
    daemon.wait_ready()
    for address, peer in ((("127.0.0.1", 5900), "127.0.0.1:"), (("::1", 5900), "[::1]:")):
        with viewer(daemon, address):
            assert [each["Address"] for each in daemon.clients()][-1].startswith(peer)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        assert sock.recv(12) == b"RFB 003.008\n"
    # the settings say something else, and the service manager's word counts
    daemon.set_setting("port", "uint16 5911")
    daemon.wait(lambda: daemon.get("Port", interface=NAME + ".Settings") == 5911, 5, "not set")
    assert daemon.get("Endpoints") == endpoints
    assert not can_connect(socket.AF_INET, ("127.0.0.1", 5911))


def test_the_lines_of_the_readme(daemon):
    text = (SOURCE / "README.md").read_text().split("## Turn it on")[1].split("\n## ")[0]
    lines = re.findall(r"^    (systemctl --user .*)$", text, flags=re.M)
    assert len(lines) == 2
    manager = daemon.desktop.manager
    for line in lines:
        daemon.desktop.run("sh", "-c", line)
    assert manager.state(SOCKET) == "active" and manager.state(OURS) == "inactive"
    assert manager.control("is-enabled", SOCKET) == "enabled"
    viewer(daemon, ("127.0.0.1", 5900)).close()
    manager.control("disable", "--now", "--quiet", SOCKET)


def test_while_it_is_switched_off_nobody_waits(by_socket):
    daemon = by_socket
    daemon.set_setting("enabled", "false")
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", 5900), 10) as sock:
            sock.settimeout(20)
            try:
                assert sock.recv(12) == b""
            except ConnectionResetError:
                pass
    assert daemon.desktop.manager.state(OURS) == "active"
    assert daemon.desktop.manager.state(SOCKET) == "active"
    assert daemon.desktop.show("NRestarts") == "0" and daemon.get("Endpoints") == []
    daemon.set_setting("enabled", "true")
    daemon.wait_ready()
    viewer(daemon, ("127.0.0.1", 5900)).close()


def test_the_socket_outlives_the_daemon(by_socket):
    daemon = by_socket
    for _ in range(2):
        daemon.ask()
        daemon.wait_ready()
        with viewer(daemon, ("127.0.0.1", 5900)) as client:
            daemon.desktop.manager.control("stop", OURS)
            assert client.closed_within(5)
        assert daemon.desktop.manager.state(SOCKET) == "active"
        assert can_connect(socket.AF_INET, ("127.0.0.1", 5900))  # and so starts it again
        daemon.wait(lambda: daemon.desktop.has_name(NAME), 20, "it does not start again")


def test_a_socket_of_another_name_is_not_taken(by_socket):
    daemon = by_socket
    manager = daemon.desktop.manager
    manager.control("stop", SOCKET, OURS)
    manager.add_unit(f"{SOCKET}.d/test.conf", "[Socket]\nFileDescriptorName=http\n")
    manager.control("daemon-reload")
    manager.control("start", SOCKET)
    daemon.ask()
    daemon.wait(lambda: daemon.get("State") == "failed", 10, "not told")
    assert "FileDescriptorName=rfb" in daemon.get("StatusReason")
    assert daemon.get("Endpoints") == []
