# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls to viewers that listen: real ones, and all the ways in which nobody is reached."""
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from gi.repository import Gio, GLib

from daemon import NAME
from kdc import free_port
from processes import NotReady, wait_until
from rfb.client import Client
from rfb.wire import Refused
from share import same_picture
from test_viewers import VIEWERS, finish, picture, start

pytestmark = pytest.mark.on("mutter")
ACCESS = "org.gnome.desktop-sharing.access"
VNC_PASSWORD = "rosebud"


class Door:
    """Where our own viewer listens; a context manager."""

    def __init__(self, host="127.0.0.1"):
        self.socket = socket.create_server((host, 0))
        self.socket.settimeout(20)
        host, port = self.socket.getsockname()[:2]
        self.uri = f"vnc://{host}:{port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        return self.socket.accept()[0]

    def viewer(self, daemon, password=None):
        return Client(self.accept(), daemon.user, password or daemon.password,
                      certificate=str(daemon.certificate), host="127.0.0.1")


def call(daemon, uri, **options):
    """The path of the client's object."""
    return daemon.call("Connect", GLib.Variant("(sa{sv})", (uri, {
        name.replace("_", "-"): value for name, value in options.items()})))[0]


def error_of(daemon, uri, **options):
    with pytest.raises(GLib.Error) as caught:
        call(daemon, uri, **options)
    return Gio.DBusError.get_remote_error(caught.value).rpartition(".Error.")[2]


def called(share, *arguments, user=None):
    share.daemon.control("connect", "--retry-for=20", *arguments)
    user = share.daemon.user if user is None else user
    return share.client_object(State="connected", User=user)


# --- viewers


@pytest.fixture
def by_vnc_password(shared):
    """TigerVNC 1.12 (Debian 12) that listens ends by SIGSEGV in TLS, whoever the server is."""
    shared.daemon.control("set-password", "--vnc", stdin=VNC_PASSWORD + "\n")
    shared.daemon.set_setting("rules", "[('control', 'vnc-password')]", ACCESS)
    shared.daemon.set_setting("security-types", "['x509-plain', 'vnc-auth']")
    yield shared
    shared.daemon.control("remove-user", "--vnc", check=False)


def test_tigervnc_listens(by_vnc_password):
    shared = by_vnc_password
    file, port = shared.desktop.path("tiger.png"), free_port()
    viewer = subprocess.Popen(
        [sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--listen", "--security", "VncAuth",
         "--certificate", shared.daemon.certificate, "--snapshot", file, "--type",
         "called tigervnc\n", f"127.0.0.1:{port}"], env=dict(os.environ, VNC_PASSWORD=VNC_PASSWORD),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    client = called(shared, f"vnc://127.0.0.1:{port}", user="")
    assert client["SecurityType"] == "vnc-auth" and client["Address"] == f"127.0.0.1:{port}"
    finish(viewer)
    shared.wait_typed("called tigervnc\n")
    same_picture(picture(file), shared.screenshot())


def test_gtk_vnc_listens(shared):
    file, port = shared.desktop.path("gtk.png"), free_port()
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--listen", "--user",
                   shared.daemon.user, "--certificate", shared.daemon.certificate, "--snapshot",
                   file, "--type", "called gtk-vnc\n", f"127.0.0.1:{port}")
    client = called(shared, f"vnc://localhost:{port}")
    assert client["SecurityType"] == "x509-sasl"
    finish(viewer)
    shared.wait_typed("called gtk-vnc\n")
    same_picture(picture(file), shared.screenshot())


def test_libvncclient_listens_and_only_looks(shared):
    shared.daemon.set_setting("security-types", "['x509-plain']")
    file, port = shared.desktop.path("libvncclient.ppm"), free_port()
    viewer = start(shared, os.environ["GDS_LIBVNCCLIENT_VIEWER"], "listen", port,
                   shared.daemon.certificate, "tight", file, "never typed\n")
    client = called(shared, "--view-only", f"vnc://127.0.0.1:{port}")
    assert client["ViewOnly"] is True
    finish(viewer)
    assert "never typed" not in shared.typed()
    same_picture(picture(file), shared.screenshot())


# --- the same as those who come by themselves


def test_the_object_is_there_when_the_call_is_answered(managed):
    with Door() as door:
        path = call(managed, door.uri)
        told = managed.call("GetAll", GLib.Variant("(s)", (NAME + ".Client",)), path,
                            "org.freedesktop.DBus.Properties")[0]
        assert told["State"] == "authenticating" and told["Address"] == door.uri[len("vnc://"):]
        with door.viewer(managed) as viewer:
            viewer.settle()
            told = managed.call("GetAll", GLib.Variant("(s)", (NAME + ".Client",)), path,
                                "org.freedesktop.DBus.Properties")[0]
            assert told["User"] == managed.user and told["Ssf"] >= 128


def test_a_wrong_password_is_one_there_too(managed):
    with Door() as door:
        call(managed, door.uri)
        with pytest.raises(Refused, match="Authentication failed"):
            door.viewer(managed, "wrong")


def test_rules_hold_for_who_was_called(managed):
    managed.set_setting("rules", "[('deny', 'host:127.0.0.0/8'), ('control', 'password:*')]",
                        ACCESS)
    time.sleep(0.3)
    with Door() as door:
        call(managed, door.uri)
        with pytest.raises(Refused):
            door.viewer(managed)


def test_a_viewer_that_says_nothing_is_let_go(managed):
    """As one that had come by itself, after the thirty seconds of a login."""
    with Door() as door:
        path = call(managed, door.uri)
        silent = door.accept()
        assert silent.recv(12) == b"RFB 003.008\n"
        time.sleep(1)
        assert path in managed.get("Clients")
        managed.call("DisconnectAll")
        silent.settimeout(5)
        assert silent.recv(1) == b""


# --- nobody is reached


def test_nobody_listens(managed):
    assert error_of(managed, f"vnc://127.0.0.1:{free_port()}") == "Refused"
    result = managed.control("connect", f"vnc://127.0.0.1:{free_port()}", check=False)
    assert result.returncode == 1 and "vncviewer -listen" in result.stderr
    assert result.stderr.count("\n") == 1


def test_there_is_no_way_there(managed):
    """In the tests' network there is nothing but loopback."""
    assert error_of(managed, "vnc://192.0.2.1:5500") == "Unreachable"
    assert error_of(managed, "vnc://[2001:db8::1]") == "Unreachable"


def test_nobody_has_that_name(managed):
    assert error_of(managed, "vnc://viewer.invalid") == "NameNotFound"


def test_the_default_port_is_5500(managed):
    with contextlib.closing(socket.create_server(("127.0.0.1", 5500))) as listening:
        call(managed, "vnc://127.0.0.1")
        listening.settimeout(5)
        listening.accept()[0].close()


@pytest.mark.parametrize("uri", (
    "", "127.0.0.1", "http://127.0.0.1", "vnc://", "vnc://127.0.0.1:0", "vnc://127.0.0.1:65536",
    "vnc://user@127.0.0.1", "vnc://127.0.0.1/path", "vnc://127.0.0.1?x=y", "vnc://a%20b",
    "vnc://" + "a" * 254))
def test_what_is_no_place(managed, uri):
    assert error_of(managed, uri) == "InvalidValue"


@pytest.mark.parametrize("options", (
    {"retry_for": GLib.Variant("s", "5")}, {"retry_for": GLib.Variant("u", 86401)},
    {"view_only": GLib.Variant("u", 1)}, {"repeater_id": GLib.Variant("s", "")},
    {"repeater_id": GLib.Variant("s", "a b")}, {"repeater_id": GLib.Variant("s", "1" * 201)},
    {"protect": GLib.Variant("b", True)}))
def test_what_is_no_option(managed, options):
    assert error_of(managed, "vnc://127.0.0.1", **options) == "InvalidValue"


def test_a_desktop_that_is_not_shared_calls_nobody(managed):
    managed.set_setting("enabled", "false")
    wait_until(lambda: managed.get("State") == "disabled", 5, "still shared")
    with Door() as door:
        assert error_of(managed, door.uri) == "NotShared"
        door.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            door.accept()


def test_a_full_house_calls_nobody(managed):
    managed.set_setting("max-clients", "1")
    with Client(managed.address, managed.user, managed.password) as first:
        first.settle()
        with Door() as door:
            assert error_of(managed, door.uri) == "NoRoom"


def test_it_is_tried_again_only_when_asked(managed):
    port = free_port()
    began = time.monotonic()
    assert error_of(managed, f"vnc://127.0.0.1:{port}") == "Refused"
    assert time.monotonic() - began < 1

    def listen_late():
        time.sleep(1.5)
        with socket.create_server(("127.0.0.1", port)) as listening:
            listening.settimeout(10)
            reached.append(listening.accept()[0])
    reached = []
    late = threading.Thread(target=listen_late)
    late.start()
    try:
        call(managed, f"vnc://127.0.0.1:{port}", retry_for=GLib.Variant("u", 20))
    finally:
        late.join()
    assert len(reached) == 1 and reached[0].recv(12) == b"RFB 003.008\n"
    reached[0].close()
    began = time.monotonic()
    assert error_of(managed, f"vnc://127.0.0.1:{port}", retry_for=GLib.Variant("u", 2)) == "Refused"
    assert 0.9 < time.monotonic() - began < 5


def test_nobody_waits_for_who_does_not_answer(managed):
    """A listening socket whose queue is full takes no connection, and says nothing."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        errors = []
        calling = threading.Thread(target=lambda: errors.append(error_of(
            managed, f"vnc://127.0.0.1:{full.getsockname()[1]}")))
        calling.start()
        for _ in range(5):
            began = time.monotonic()
            with Client(managed.address, managed.user, managed.password) as viewer:
                viewer.settle()
            managed.get("Version")
            assert time.monotonic() - began < 2
        calling.join(20)
        assert errors == ["TimedOut"]


# --- an UltraVNC repeater


def test_a_repeater_is_told_the_number_first(managed):
    with Door() as door:
        managed.control("connect", "--repeater-id", "4711", door.uri)
        repeater = door.accept()
        greeting = b""
        while len(greeting) < 250:
            greeting += repeater.recv(250 - len(greeting))
        assert greeting.rstrip(b"\0") == b"ID:4711"
        with Client(repeater, managed.user, managed.password) as viewer:
            viewer.settle()


@pytest.mark.parametrize("arguments", (
    ("connect",), ("connect", "vnc://a", "vnc://b"), ("connect", "--retry-for", "soon", "vnc://a"),
    ("connect", "vnc://a", "--retry-for"), ("connect", "--faster", "vnc://a")))
def test_wrong_usage(managed, arguments):
    result = managed.control(*arguments, check=False)
    assert result.returncode == 2 and result.stderr


def test_help(managed):
    assert "vnc://HOST[:PORT]" in managed.control("connect", "--help").stdout
    assert "--retry-for" in managed.control("connect", "--help").stdout
    with pytest.raises(NotReady):
        managed.control("connect", "nowhere")
