# SPDX-License-Identifier: GPL-2.0-or-later
"""Behind a real HAProxy, whose PROXY headers say who connects: in rules, limits, records and what
is shown. And nobody else's do."""
import contextlib
import csv
import io
import shutil
import socket
import time

import pytest

from kdc import free_port
from processes import ProcessGroup, wait_until
from rfb.client import Client
from rfb.wire import Closed, Refused, Wire

PROXY = "127.0.0.77"  # where HAProxy connects from
HEADER = b"PROXY TCP4 127.0.5.9 127.0.0.1 51000 5900\r\n"
CONFIGURATION = """global
    stats socket {directory}/stats mode 600
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen version1
    bind 127.0.0.1:{version1}
    server desk {desk} source {proxy} send-proxy check check-send-proxy inter 100ms
listen version2
    bind 127.0.0.1:{version2}
    server desk {desk} source {proxy} send-proxy-v2 check check-send-proxy inter 100ms
listen looks
    bind 127.0.0.1:{looks}
    option tcp-check
    tcp-check connect send-proxy
    tcp-check expect rstring ^RFB
    server desk {desk} source {proxy} send-proxy-v2 check check-send-proxy inter 100ms
"""
LISTENERS = ("version1", "version2", "looks")


class HaProxy:
    """A context manager; `ports` are its doors to the daemon."""

    def __init__(self, daemon):
        self.directory = daemon.desktop.path("haproxy")
        self.ports = {name: free_port() for name in LISTENERS}
        self.processes = ProcessGroup(self.directory)
        self.configuration = self.directory / "haproxy.cfg"
        self.configuration.write_text(CONFIGURATION.format(
            directory=self.directory, proxy=PROXY, desk="%s:%d" % daemon.address, **self.ports))

    def __enter__(self):
        program = shutil.which("haproxy") or "/usr/sbin/haproxy"
        self.processes.start("haproxy", [program, "-db", "-f", self.configuration], None)
        try:
            wait_until(lambda: all(row["check_status"] for row in self.servers()), 10,
                       "HAProxy does not check")
        except BaseException:
            self.processes.stop_all()
            raise
        return self

    def __exit__(self, *_):
        self.processes.stop_all()

    def servers(self):
        """What HAProxy says of the daemon, a row for each listener; nothing: it is not up yet."""
        with socket.socket(socket.AF_UNIX) as sock, contextlib.suppress(OSError):
            sock.connect(str(self.directory / "stats"))
            sock.sendall(b"show stat\n")
            text = b"".join(iter(lambda: sock.recv(65536), b"")).decode().lstrip("# ")
            return [row for row in csv.DictReader(io.StringIO(text)) if row["svname"] == "desk"]
        return [{"check_status": ""}]

    def address(self, name):
        return ("127.0.0.1", self.ports[name])


@pytest.fixture
def trusting(managed):
    managed.set_setting("proxy-protocol-from", f"['{PROXY}']")
    return managed


@pytest.fixture
def proxy(trusting):
    with HaProxy(trusting) as haproxy:
        yield haproxy


@contextlib.contextmanager
def viewer(daemon, line, source, password=None):
    client = Client(line, daemon.user, password or daemon.password, source=source,
                    certificate=str(daemon.certificate))
    try:
        yield client
    finally:
        client.close()


def only_client(daemon):
    wait_until(lambda: len([c for c in daemon.clients() if c["User"]]) == 1, 5, "not one client")
    return next(c for c in daemon.clients() if c["User"])


@pytest.mark.parametrize("number, name", enumerate(LISTENERS))
def test_the_address_is_the_viewers(trusting, proxy, number, name):
    source = f"127.0.5.{number + 1}"
    with viewer(trusting, proxy.address(name), source) as client:
        client.settle()
        told = only_client(trusting)
        port = client.wire.socket.getsockname()[1]
        assert told["Address"] == f"{source}:{port}"
        assert f"logged in from {source}:{port}" in trusting.process.log_text()


def test_rules_go_by_the_viewers_address(trusting, proxy):
    trusting.set_setting("rules", f"[('deny', 'host:{PROXY}'), ('deny', 'host:127.0.5.8'), "
                         "('control', 'password:*')]", "org.gnome.desktop-sharing.access")
    time.sleep(0.3)
    with pytest.raises(Refused), viewer(trusting, proxy.address("version2"), "127.0.5.8"):
        pass
    with viewer(trusting, proxy.address("version2"), "127.0.5.7") as client:
        client.settle()


def test_guessing_is_slowed_for_the_viewer_and_not_for_the_proxy(trusting, proxy):
    line = proxy.address("version2")
    for _ in range(5):
        with pytest.raises(Refused), viewer(trusting, line, "127.0.5.20", "wrong"):
            pass
    with pytest.raises((Refused, Closed)), viewer(trusting, line, "127.0.5.20"):
        pass
    with viewer(trusting, line, "127.0.5.21") as client:
        client.settle()


def test_health_checks_are_no_failed_logins(trusting, proxy):
    before = trusting.process.log_text().count(f"connection from {PROXY}")
    # More than would be let in if they counted, and than are recorded of one source.
    wait_until(lambda: trusting.process.log_text().count(f"connection from {PROXY}") > before + 40,
               20, "HAProxy does not check")
    for row in proxy.servers():
        assert row["status"] == "UP" and row["chkfail"] == "0", row
    text = trusting.process.log_text()
    assert f"{PROXY}:" in text and f"refused {PROXY}" not in text
    assert not [line for line in text.splitlines() if PROXY in line and "ended at stage" in line]
    assert f"more about {PROXY}" not in text
    with viewer(trusting, proxy.address("version1"), "127.0.5.30") as client:
        client.settle()


def test_who_comes_for_nobody_and_speaks_is_recorded(trusting):
    wire = Wire(trusting.address, source=PROXY)
    wire.send(b"PROXY UNKNOWN\r\nRFB 003.008\n")
    wire.close()
    wait_until(lambda: any(PROXY in line and "ended at stage" in line for line in
                           trusting.process.log_text().splitlines()), 5, "nothing is recorded")


def test_a_strangers_header_is_refused(trusting):
    wire = Wire(trusting.address, source="127.0.6.1")
    wire.send(HEADER)
    assert wire.wait_closed(5)
    wait_until(lambda: "127.0.6.1" in trusting.process.log_text(), 5, "nothing is recorded")
    assert "127.0.5.9" not in trusting.process.log_text()
    with viewer(trusting, trusting.address, "127.0.6.1") as client:  # without one it is served
        client.settle()
        assert only_client(trusting)["Address"].startswith("127.0.6.1:")


def test_no_header_is_believed_by_default(managed):
    wire = Wire(managed.address, source=PROXY)
    wire.send(HEADER)
    assert wire.wait_closed(5)
    with viewer(managed, managed.address, PROXY) as client:
        client.settle()
        assert only_client(managed)["Address"].startswith(PROXY)


@pytest.mark.parametrize("begun", (b"", HEADER[:20], b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c1234"))
def test_a_proxy_that_says_half_of_it(trusting, begun):
    """It is waited for, for five seconds, and nobody waits with it."""
    half = Wire(trusting.address, source=PROXY)
    half.send(begun)
    with viewer(trusting, trusting.address, "127.0.6.2") as client:
        client.settle()
    assert not half.wait_closed(1)
    assert half.wait_closed(8)


@pytest.mark.parametrize("header", (
    b"RFB 003.008\n   ", b"PROXY TCP4 127.0.5.9 127.0.0.1 51000\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"))
def test_a_proxy_that_says_something_else(trusting, header):
    wire = Wire(trusting.address, source=PROXY)
    wire.send(header)
    assert wire.wait_closed(3)
    wait_until(lambda: "PROXY header" in trusting.process.log_text(), 5, "nothing is recorded")
