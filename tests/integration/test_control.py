# SPDX-License-Identifier: GPL-2.0-or-later
"""Switching on and off, and who is there: over D-Bus and with the command line."""
import hashlib
import json
import ssl
import subprocess
import time

import pytest
from gi.repository import GLib

from daemon import NAME, PATH, log_in
from processes import wait_until
from rfb.client import can_connect

CLIENT = NAME + ".Client"
PROPERTIES = "org.freedesktop.DBus.Properties"


class Signals:
    """Collects the signals of the daemon while it is open."""

    def __init__(self, shared):
        self.bus = shared.desktop.bus
        self.seen = []
        self.subscription = self.bus.signal_subscribe(
            NAME, None, None, None, None, 0, self.on_signal)
        # the bus has the match, and GLib knows whose name it is, when this is answered
        shared.desktop.has_name(NAME)

    def on_signal(self, _bus, _sender, path, interface, signal, parameters):
        self.seen.append((path, f"{interface}.{signal}", parameters.unpack()))

    def wait(self, condition, what, seconds=5):
        def look():
            while GLib.MainContext.default().iteration(False):
                pass
            return [entry for entry in self.seen if condition(*entry)]
        return wait_until(look, seconds, f"no signal: {what}; seen {self.seen}")

    def changed(self, name, value):
        return self.wait(lambda _p, s, a: s == PROPERTIES + ".PropertiesChanged"
                         and a[1].get(name) == value, f"{name} = {value}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bus.signal_unsubscribe(self.subscription)


def gdbus(shared, *words):
    return shared.desktop.run("gdbus", "call", "--session", "-d", NAME, "-o", PATH, "-m", *words)


def switch(shared, on, how):
    if how == "gdbus":
        gdbus(shared, PROPERTIES + ".Set", NAME, "Enabled", f"<{str(on).lower()}>")
    elif how == "gsettings":
        shared.daemon.set_setting("enabled", str(on).lower())
    else:
        shared.daemon.control("enable" if on else "disable")


@pytest.mark.parametrize("how", ("gdbus", "gsettings", "command line"))
def test_switching_off_and_on(shared, how):
    viewer = shared.viewer()
    viewer.settle()
    with Signals(shared) as signals:
        switch(shared, False, how)
        signals.changed("State", "disabled")
        signals.changed("Enabled", False)
        assert viewer.closed_within(5), "the viewer stays when sharing is switched off"
        assert not can_connect(shared.daemon.address)
        assert shared.daemon.get("Endpoints") == []
        assert shared.daemon.get("EnabledBy") == []
        switch(shared, True, how)
        signals.changed("State", "listening")
        signals.changed("Enabled", True)
    shared.daemon.wait_listening()
    assert shared.daemon.get("EnabledBy") == ["settings"]
    shared.viewer().settle()


def test_state_follows_the_viewers(shared):
    wait_until(lambda: shared.daemon.get("State") == "listening", 5, "somebody is left")
    with Signals(shared) as signals:
        viewer = shared.viewer()
        signals.changed("State", "sharing")
        viewer.close()
        signals.changed("State", "listening")
    assert shared.daemon.get("StatusReason") == "" or shared.desktop.kind == "sway"


def test_endpoints_and_version(shared):
    host, port = shared.daemon.address
    assert shared.daemon.get("Endpoints") == [f"tcp:{host}:{port}"]
    version = shared.daemon.get("Version")
    program = shared.daemon.process.command[0]
    told = subprocess.run([program, "--version"], env=shared.desktop.environment, check=True,
                          capture_output=True, text=True).stdout
    assert version and version in told


def test_fingerprint_is_that_of_the_certificate(shared):
    der = ssl.PEM_cert_to_DER_cert(shared.daemon.certificate.read_text())
    digest = hashlib.sha256(der).hexdigest().upper()
    pairs = ":".join(digest[i:i + 2] for i in range(0, 64, 2))
    assert shared.daemon.get("TlsFingerprint") == pairs
    assert pairs in shared.daemon.control("fingerprint").stdout


@pytest.mark.parametrize("security, mechanism", [
    ("x509-plain", ""), ("x509-sasl", "SCRAM-SHA-256"), ("x509-sasl", "SCRAM-SHA-512"),
    ("x509-sasl", "PLAIN")])
def test_client_object_tells_who_is_there(shared, security, mechanism):
    began = int(time.time())
    viewer = shared.viewer(security=security, mechanism=mechanism or None)
    viewer.settle()
    client = shared.client_object(State="connected")
    assert shared.daemon.get("Clients") == [client["path"]]
    assert client["path"].startswith(PATH + "/clients/")
    assert client["User"] == shared.daemon.user
    own = "%s:%d" % viewer.wire.socket.getsockname()[:2]
    assert client["Address"] == own
    assert client["SecurityType"] == security
    assert client["Mechanism"] == mechanism
    assert client["Ssf"] >= 128
    assert began - 1 <= client["ConnectedSince"] <= time.time() + 1
    if shared.desktop.has_input:
        assert client["ViewOnly"] is False


def test_client_object_counts(shared):
    viewer = shared.viewer(encodings=("zrle",))
    viewer.settle()
    client = shared.client_object(State="connected")
    wait_until(lambda: shared.client_object()["Encoding"].lower() == "zrle", 5, "not ZRLE")
    wait_until(lambda: shared.client_object()["FramesSent"] >= 1, 5, "no frames counted")
    client = shared.client_object()
    assert client["BytesSent"] >= viewer.wire.received
    assert client["BytesReceived"] > 0
    assert client["FrameRate"] >= 0
    assert client["RoundTripTime"] < 5_000_000


def test_client_object_while_logging_in(shared):
    from rfb.wire import Wire
    with_nothing_said = Wire(shared.daemon.address)
    client = shared.client_object(State="authenticating")
    assert client["User"] == "" and client["SecurityType"] == ""
    with_nothing_said.close()
    wait_until(lambda: not shared.daemon.get("Clients"), 5, "the object stays")


def test_objects_come_and_go(shared):
    with Signals(shared) as signals:
        viewer = shared.viewer()
        added = signals.wait(lambda p, s, a: s.endswith("ObjectManager.InterfacesAdded"), "added")
        path = added[0][2][0]
        assert CLIENT in added[0][2][1]
        managed = shared.desktop.call(NAME, PATH, "org.freedesktop.DBus.ObjectManager",
                                      "GetManagedObjects")[0]
        assert path in managed and managed[path][CLIENT]["State"] in ("authenticating",
                                                                      "connected")
        viewer.close()
        signals.wait(lambda p, s, a: s.endswith("ObjectManager.InterfacesRemoved") and
                     a[0] == path and CLIENT in a[1], "removed")
        signals.wait(lambda p, s, a: s.endswith("PropertiesChanged") and
                     a[1].get("Clients") == [], "Clients is empty")


def test_disconnect_one(shared):
    first, second = shared.viewer(), shared.viewer()
    first.settle()
    second.settle()
    address = "%s:%d" % first.wire.socket.getsockname()[:2]
    path = shared.client_object(Address=address)["path"]
    shared.daemon.call("Disconnect", GLib.Variant("(s)", ("tea time",)), path, CLIENT)
    assert first.closed_within(5)
    second.wait_fence(b"still here")
    wait_until(lambda: "tea time" in shared.daemon.process.log_text(), 5,
               "the reason is not in the journal")


def test_disconnect_all(shared):
    viewers = [shared.viewer() for _ in range(3)]
    shared.daemon.call("DisconnectAll")
    assert all(viewer.closed_within(5) for viewer in viewers)
    shared.viewer().settle()


def test_view_only_of_a_client_over_dbus(shared):
    viewer = shared.viewer()
    viewer.settle()
    path = shared.client_object()["path"]
    if shared.desktop.kind == "sway":
        pytest.skip("there is no input to give back on sway")
    shared.daemon.set("ViewOnly", GLib.Variant("b", True), path, CLIENT)
    assert shared.daemon.get("ViewOnly", path, CLIENT) is True
    shared.daemon.set("ViewOnly", GLib.Variant("b", False), path, CLIENT)
    assert shared.daemon.get("ViewOnly", path, CLIENT) is False
    shared.daemon.set_setting("view-only", "true")
    wait_until(lambda: shared.daemon.get("ViewOnly", path, CLIENT), 5, "the policy does not reach")
    with pytest.raises(GLib.Error, match="NotAllowed"):
        shared.daemon.set("ViewOnly", GLib.Variant("b", False), path, CLIENT)


# --- the command line

def test_status(shared):
    viewer = shared.viewer()
    viewer.settle()
    text = shared.daemon.control("status").stdout
    assert f"{shared.daemon.address[0]}:{shared.daemon.address[1]}" in text
    assert shared.daemon.user in text
    status = shared.daemon.status()
    assert json.dumps(status)
    flat = json.dumps(status).lower()
    assert "sharing" in flat and shared.daemon.user in flat


def test_clients_and_disconnect(shared):
    viewer, other = shared.viewer(), shared.viewer()
    viewer.settle()
    address = "%s:%d" % viewer.wire.socket.getsockname()[:2]
    listed = shared.daemon.control("clients").stdout.splitlines()
    line = next(line for line in listed if address in line)
    assert shared.daemon.user in line
    shared.daemon.control("disconnect", line.split()[0])
    assert viewer.closed_within(5)
    other.wait_fence(b"here")
    shared.daemon.control("disconnect")
    assert other.closed_within(5)


def test_users(shared):
    shared.daemon.set_password("somebody", "else")
    assert "somebody" in shared.daemon.control("list-users").stdout.split()
    wait_until(lambda: log_in(shared.daemon.address, "somebody", "else") is None, 5,
               "the new user does not get in")
    shared.daemon.control("remove-user", "somebody")
    assert "somebody" not in shared.daemon.control("list-users").stdout.split()


@pytest.mark.parametrize("words, status", [
    (("nonsense",), 2), (("set-password", "a", "b"), 2), (("status", "--nonsense"), 2), ((), 2),
    (("disconnect", "x"), 2), (("remove-user",), 2), (("remove-user", "nobody-here"), 1),
    (("disconnect", "424242"), 1)])
def test_exit_status(shared, words, status):
    result = shared.daemon.control(*words, check=False)
    assert result.returncode == status
    assert result.stderr.strip() and result.stdout == ""
    if status == 1:
        assert len(result.stderr.strip().splitlines()) == 1


def test_empty_password_is_refused(shared):
    result = shared.daemon.control("set-password", "empty", stdin="\n", check=False)
    assert result.returncode == 1
    assert "empty" not in shared.daemon.control("list-users").stdout.split()


def test_no_password_travels_over_the_bus(shared):
    xml = shared.desktop.call(NAME, PATH, "org.freedesktop.DBus.Introspectable", "Introspect")[0]
    # where they come from may be set, and nothing else has to do with them
    assert "assword" not in xml.replace("No password", "").replace("SaslPasswordSource", "")


@pytest.mark.on("mutter")
def test_second_daemon_steps_back_and_replace_takes_over(fresh):
    program = fresh.daemon.process.command[0]
    second = subprocess.run([program], env=fresh.desktop.environment, timeout=20, check=False,
                            capture_output=True, text=True)
    assert second.returncode != 0 and second.stderr.strip()
    old = fresh.desktop.processes.running.pop("daemon")
    fresh.daemon.spawn("--replace")
    assert old.popen.wait(10) == 0
    fresh.daemon.wait_ready()
    fresh.viewer().settle()


@pytest.mark.on("mutter")
def test_command_line_wins_for_that_run(fresh):
    fresh.daemon.control("disable")
    fresh.daemon.stop()
    fresh.daemon.spawn("--enable", "--port", "5955", "--address", "127.0.0.1")
    assert fresh.daemon.wait_listening() == ("127.0.0.1", 5955)
    assert fresh.daemon.get("EnabledBy") == ["command-line"]
    fresh.daemon.set_setting("port", "5966")
    time.sleep(0.5)
    assert fresh.daemon.get("Endpoints") == ["tcp:127.0.0.1:5955"]


@pytest.mark.on("mutter")
@pytest.mark.parametrize("words", [("--port", "x"), ("--nonsense",), ("--port", "70000"),
                                   ("operand",)])
def test_daemon_usage(shared, words):
    program = shared.daemon.process.command[0]
    result = subprocess.run([program, *words], env=shared.desktop.environment, timeout=20,
                            check=False, capture_output=True, text=True)
    assert result.returncode == 2 and result.stderr.strip()


@pytest.mark.on("mutter")
@pytest.mark.parametrize("busy", (False, True))
def test_sigterm_ends_it_within_two_seconds(fresh, busy):
    if busy:
        fresh.show_moving()
    viewers = [fresh.viewer() for _ in range(4)]
    for viewer in viewers:
        viewer.settle(quiet=0.1, timeout=2)
        viewer.request()
    process = fresh.daemon.process
    began = time.monotonic()
    process.popen.terminate()
    assert process.popen.wait(10) == 0
    assert time.monotonic() - began < 2
    assert all(viewer.closed_within(2) for viewer in viewers)
    wait_until(lambda: any(e["event"] == "session-close" for e in fresh.desktop.portal_log()), 3,
               "the portal session stays open")
    fresh.daemon.spawn()
    fresh.daemon.wait_listening()
