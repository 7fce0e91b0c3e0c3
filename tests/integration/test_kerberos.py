# SPDX-License-Identifier: GPL-2.0-or-later
"""Kerberos: a real KDC, real tickets, with TLS and with the layer of SASL instead."""
import json
import os
import sys
import time

import pytest
from gi.repository import GLib

from kdc import Kdc
from processes import wait_until
from rfb import login
from rfb.wire import Closed, Refused, Wire
from share import same_picture
from test_login import SECRETS, SECRETS_PATH, can_log_in, start_sasl, unlock
from test_viewers import VIEWERS, finish, picture, start

pytestmark = pytest.mark.on("mutter")
SASL_SCHEMA = "org.gnome.desktop-sharing.sasl"
SASL_KEYS = ("mechanisms", "realm", "hostname", "keytab", "minimum-ssf")
ALICE = "alice@DESKTOP.TEST"


class Site:
    """A realm with alice, another that it trusts with bob, and a desktop with keys of the first."""

    def __init__(self, share):
        self.share = share
        self.home = Kdc(share.desktop.path("kdc"))
        self.other = Kdc(share.desktop.path("other-kdc"), "OTHER.TEST")
        self.keytab = share.desktop.path("keytab")
        self.nobody = {"KRB5_CONFIG": str(self.home.conf), "KRB5CCNAME": "FILE:/nonexistent"}

    def __enter__(self):
        self.home.__enter__()
        self.other.__enter__()
        self.home.add_user("alice")
        self.home.add_service("vnc/localhost", self.keytab)
        self.home.add_service("host/localhost", self.keytab)
        self.other.add_user("bob")
        self.other.add_service("vnc/localhost", self.share.desktop.path("other-keytab"))
        self.home.trust(self.other)
        self.alice = self.home.ticket("alice")
        # The daemon knows the realm from krb5.conf as everybody does.
        daemon = self.share.daemon
        self.share.desktop.environment.update(
            KRB5_CONFIG=str(self.home.conf), KRB5RCACHEDIR=str(self.share.desktop.path("run")))
        daemon.stop()
        daemon.spawn()
        daemon.wait_ready()
        return self

    def __exit__(self, *_):
        self.other.__exit__()
        self.home.__exit__()

    def set(self, key, value):
        self.share.daemon.set_setting(key, value, SASL_SCHEMA)


@pytest.fixture(scope="module")
def realm(shared_share):
    with Site(shared_share) as site:
        yield site


@pytest.fixture
def site(realm, shared, monkeypatch):
    """Kerberos is on, with and without TLS; our own client has alice's ticket."""
    for key in SASL_KEYS:
        shared.daemon.reset_setting(key, SASL_SCHEMA)
    realm.set("keytab", str(realm.keytab))
    shared.desktop.run("gsettings", "set", "org.gnome.desktop-sharing.access", "rules",
                       "[('control', 'kerberos:*'), ('control', 'password:*')]", check=False)
    shared.daemon.set_setting("security-types", "['sasl', 'x509-sasl', 'x509-plain']")
    have_ticket(monkeypatch, realm.alice)
    wait_until(lambda: login.SASL in offered_types(shared), 5, "type 20 is not offered")
    yield realm
    for key in SASL_KEYS:
        shared.daemon.reset_setting(key, SASL_SCHEMA)


def have_ticket(monkeypatch, environment):
    for key, value in environment.items():
        monkeypatch.setenv(key, value)


def offered_types(shared):
    wire = Wire(shared.daemon.address)
    try:
        login.exchange_version(wire)
        return login.read_security_types(wire)
    except Closed:  # the ways to log in were changed meanwhile
        return offered_types(shared)
    finally:
        wire.close()


def begin_sasl(shared):
    """Type 20, up to the list of mechanisms."""
    wire = Wire(shared.daemon.address)
    login.exchange_version(wire)
    login.read_security_types(wire)
    wire.send(bytes([login.SASL]))
    return wire


def view(shared, security, environment, *options, host="localhost"):
    """gtk-vnc with somebody's ticket, or without one."""
    shared.daemon.set_setting("security-types", f"['{security}']")
    old = {key: os.environ.get(key) for key in environment}
    os.environ.update(environment)
    try:
        return start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user", "nobody",
                     "--certificate", shared.daemon.certificate, *options,
                     f"{host}:{shared.daemon.address[1]}")
    finally:
        for key, value in old.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})


@pytest.mark.parametrize("security, ssf", [("sasl", 256), ("x509-sasl", None)])
def test_gtk_vnc_with_a_ticket(site, shared, security, ssf):
    """Without TLS, what it shows and what is typed went through the layer of SASL."""
    file = shared.desktop.path("gtk.png")
    text = f"hello by {security}\n"
    viewer = view(shared, security, site.alice, "--snapshot", file, "--type", text)
    client = shared.client_object(State="connected", User=ALICE)
    assert (client["SecurityType"], client["Mechanism"]) == (security, "GSSAPI")
    assert client["Ssf"] == ssf if ssf else client["Ssf"] >= 128
    told = json.loads(finish(viewer).splitlines()[-1])
    assert (told["width"], told["height"]) == shared.desktop.size
    shared.wait_typed(text)
    same_picture(picture(file), shared.screenshot())


def test_gtk_vnc_by_the_one_mechanism_that_is_named(site, shared):
    """It would take SCRAM-SHA-512 otherwise, and GSSAPI before that."""
    site.set("mechanisms", "['SCRAM-SHA-256']")
    shared.daemon.set_setting("security-types", "['x509-sasl']")
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   shared.daemon.user, "--certificate", shared.daemon.certificate,
                   f"localhost:{shared.daemon.address[1]}")
    client = shared.client_object(State="connected", User=shared.daemon.user)
    assert client["Mechanism"] == "SCRAM-SHA-256"
    finish(viewer)


@pytest.mark.parametrize("security", ("sasl", "x509-sasl"))
def test_gtk_vnc_without_a_ticket(site, shared, security):
    viewer = view(shared, security, site.nobody)
    output = viewer.communicate(timeout=60)[0]
    assert viewer.returncode == 1
    assert "timeout" not in output, output
    assert not any(client["State"] == "connected" for client in shared.daemon.clients())


@pytest.mark.parametrize("security", ("sasl", "x509-sasl"))
def test_our_own_client(site, shared, security):
    client = shared.viewer(security=security, mechanism="GSSAPI", host="localhost")
    assert shared.client_object(State="connected")["User"] == ALICE
    shared.wake_keyboard(client)
    client.type("from our own\n")
    shared.wait_typed("from our own\n")
    same_picture(client.settle(), shared.screenshot())


def test_over_a_unix_socket(site, shared):
    path = shared.desktop.path("run") / "vnc"
    shared.daemon.set_setting("listen-addresses", f"['127.0.0.1', 'unix:{path}']")
    wait_until(path.exists, 5, "no socket")
    wire = Wire(str(path))
    login.log_in(wire, "sasl", "", "", "GSSAPI")
    wire.send(b"\1")
    assert wire.fields("HH") == shared.desktop.size
    wire.close()


def test_mechanisms_are_listed_where_they_are_strong_enough(site, shared):
    wire = begin_sasl(shared)
    assert login.read_mechanisms(wire) == ["GSSAPI"]
    wire.close()
    wire = start_sasl(shared)
    assert [name for name in login.read_mechanisms(wire) if not name.endswith("-PLUS")] == [
        "GSSAPI", "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
    wire.close()
    site.set("mechanisms", "['PLAIN', 'GSSAPI']")
    wait_until(lambda: inside_tls(shared) == ["PLAIN", "GSSAPI"], 5,
               f"mechanisms are not obeyed: {inside_tls(shared)}")


def inside_tls(shared):
    wire = start_sasl(shared)
    try:
        return login.read_mechanisms(wire)
    finally:
        wire.close()


def test_the_type_goes_with_what_it_needs(site, shared):
    """Each key that ends it is obeyed at once, and named."""
    for key, value in (("minimum-ssf", "257"), ("mechanisms", "['SCRAM-SHA-256', 'PLAIN']"),
                       ("keytab", "''")):
        site.set(key, value)
        wait_until(lambda: login.SASL not in offered_types(shared), 5, f"{key} is not obeyed")
        assert "“sasl”" in shared.daemon.get("StatusReason")
        shared.viewer().close()  # the others go on
        shared.daemon.reset_setting(key, SASL_SCHEMA)
        site.set("keytab", str(site.keytab))
        wait_until(lambda: login.SASL in offered_types(shared), 5, f"{key} is not obeyed")


@pytest.mark.parametrize("keytab", ("/nonexistent/keytab", "no-path"))
def test_a_keytab_that_cannot_be_read_is_named(site, shared, keytab):
    site.set("keytab", keytab)
    wait_until(lambda: keytab in shared.daemon.get("StatusReason"), 5, "nothing is said of it")
    assert login.SASL not in offered_types(shared)
    assert "GSSAPI" not in inside_tls(shared)


def test_a_keytab_of_somebody_else_is_no_use(site, shared):
    """It can be read, and has no key that fits."""
    site.set("keytab", str(shared.desktop.path("other-keytab")))
    time.sleep(0.3)
    for security in ("sasl", "x509-sasl"):
        with pytest.raises(Refused, match="Authentication failed"):
            shared.viewer(security=security, mechanism="GSSAPI", host="localhost")


def test_a_ticket_for_another_service_is_refused(site, shared):
    """Its key is in the keytab as well."""
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    assert login.run_gssapi(wire, "host") is None
    with pytest.raises(Refused, match="Authentication failed"):
        login.read_security_result(wire)


def test_another_realm(site, shared, monkeypatch):
    """Its users come with their realm, as far as ours trusts it and the setting allows."""
    site.other.know(site.other, site.home)
    have_ticket(monkeypatch, site.other.ticket("bob"))
    shared.viewer(security="sasl", mechanism="GSSAPI")
    assert shared.client_object(State="connected")["User"] == "bob@OTHER.TEST"
    site.set("realm", "DESKTOP.TEST")
    time.sleep(0.3)
    with pytest.raises(Refused, match="Authentication failed"):
        shared.viewer(security="sasl", mechanism="GSSAPI")
    have_ticket(monkeypatch, site.alice)
    shared.viewer(security="sasl", mechanism="GSSAPI")


def test_a_ticket_of_a_realm_that_is_not_trusted(site, shared, monkeypatch):
    """For a service of the same name in the other realm."""
    site.other.know(site.other)
    have_ticket(monkeypatch, site.other.ticket("bob"))
    with pytest.raises(Refused, match="Authentication failed"):
        shared.viewer(security="sasl", mechanism="GSSAPI")


def test_the_name_of_this_computer(site, shared):
    site.set("hostname", "desk.desktop.test")
    time.sleep(0.3)
    with pytest.raises(Refused, match="Authentication failed"):
        shared.viewer(security="sasl", mechanism="GSSAPI")
    site.set("hostname", "localhost")
    time.sleep(0.3)
    shared.viewer(security="sasl", mechanism="GSSAPI")


def test_nobody_acts_for_another(site, shared):
    for act_as, welcome in ((b"alice", True), (ALICE.encode(), True), (b"bob", False),
                            (b"alice@OTHER.TEST", False), (b"root", False)):
        wire = begin_sasl(shared)
        login.read_mechanisms(wire)
        login.run_gssapi(wire, act_as=act_as)
        if welcome:
            login.read_security_result(wire)
        else:
            with pytest.raises(Refused, match="Authentication failed"):
                login.read_security_result(wire)
        wire.close()


def test_integrity_alone_is_not_to_be_had(site, shared):
    """Who asks for it is answered with confidentiality."""
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    layer = login.run_gssapi(wire, layer=2)
    login.read_security_result(wire)
    wire.send(layer.seal(b"\1"))
    assert layer.context.unwrap(wire.sized()).encrypted
    assert shared.client_object(State="connected")["Ssf"] == 256
    wire.close()


def test_a_refusal_is_clear_even_when_a_layer_was_agreed_on(site, shared):
    """B2 of the servers of 2009: who is himself, and not wanted, can read that."""
    set_rules(shared, [("deny", ALICE), ("control", "kerberos:*")])
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    assert login.run_gssapi(wire) is not None
    with pytest.raises(Refused) as refusal:
        login.read_security_result(wire)
    assert len(str(refusal.value)) > 10
    assert wire.wait_closed(5)


def test_a_principal_is_not_the_password_user_of_that_name(site, shared):
    """alice may come in by password, and anybody of our realm by ticket."""
    set_rules(shared, [("control", "password:alice"), ("control", "alice")])
    for security in ("sasl", "x509-sasl"):
        with pytest.raises(Refused):
            shared.viewer(security=security, mechanism="GSSAPI", host="localhost")
    set_rules(shared, [("view", "alice@*.TEST")])
    shared.viewer(security="sasl", mechanism="GSSAPI")
    assert shared.client_object(State="connected")["ViewOnly"]


def set_rules(shared, rules):
    schema = "org.gnome.desktop-sharing.access"
    shared.daemon.set_setting("default", "deny", schema)
    shared.daemon.set_setting("rules", str(rules), schema)
    time.sleep(0.3)


def test_a_locked_keyring_is_no_trouble_to_a_ticket(site, shared):
    """Passwords are refused meanwhile, and are good again afterwards."""
    daemon, desktop = shared.daemon, shared.desktop
    collection = SECRETS_PATH + "/collection/login"
    daemon.stop()
    desktop.call(SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service", "Lock",
                 GLib.Variant("(ao)", ([collection],)))
    try:
        daemon.spawn()
        daemon.wait_listening()
        wait_until(lambda: daemon.get("StatusReason"), 15, "nothing is said of the keyring")
        for security in ("sasl", "x509-sasl"):
            shared.viewer(security=security, mechanism="GSSAPI", host="localhost").close()
        assert not can_log_in(shared, daemon.user, daemon.password, "127.0.10.1")
    finally:
        unlock(desktop, collection)
    wait_until(lambda: can_log_in(shared, daemon.user, daemon.password, "127.0.10.2"), 40,
               "does not recover by itself")


@pytest.mark.parametrize("choice", [{"layer": 1}, {"layer": 0}, {"layer": 8}, {"buffer": 100}])
def test_a_client_cannot_ask_for_less(site, shared, choice):
    """No layer, nonsense, records without room."""
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    login.run_gssapi(wire, **choice)
    with pytest.raises(Refused, match="Authentication failed"):
        login.read_security_result(wire)


def test_clear_octets_behind_the_last_step_are_not_executed(site, shared):
    """B3 of the servers of 2009: ClientInit in clear, in one segment with the last message."""
    for clear in (b"\1", b"\1\0\0\0\0", b"\0\0\0\1\1"):
        wire = begin_sasl(shared)
        login.read_mechanisms(wire)
        layer = login.run_gssapi(wire, behind_last_step=clear)
        login.read_security_result(wire)
        wire.start_layer(layer)
        try:
            wire.send(b"\1")
            pytest.fail(f"the session began: {wire.read(4)}")
        except Closed:
            pass


def test_records_that_are_not_genuine_end_the_session(site, shared):
    client = shared.viewer(security="sasl", mechanism="GSSAPI")
    client.fence(b"here")
    sealed = bytearray(client.wire.layer.seal(b"\0" * 20))
    sealed[-1] ^= 1
    client.wire.socket.sendall(sealed)
    assert client.wire.wait_closed(5)
    shared.viewer(security="sasl", mechanism="GSSAPI").fence(b"and others go on")


def test_small_records_hold_whole_pictures(site, shared):
    """maxbuf of the client is honoured: no record of ours is longer."""
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    layer = login.run_gssapi(wire, buffer=2000)
    login.read_security_result(wire)
    wire.start_layer(layer)
    lengths, read_raw = [], wire.read_raw

    def read_and_note(count):
        lengths.append(count)
        return read_raw(count)
    wire.read_raw = read_and_note
    wire.send(b"\1")
    width, height = wire.fields("HH")
    wire.read(16)
    wire.sized()
    wire.send(b"\3\0" + b"\0\0\0\0" + width.to_bytes(2, "big") + height.to_bytes(2, "big"))
    wire.read(4)
    wire.read(12)
    wire.read(width * height * 4)
    assert max(lengths) <= 2000
    wire.close()


def test_who_waits_for_keys_holds_up_nobody(site, shared):
    """The keytab is on a file system that does not answer, and more wait for it than is good."""
    slow = shared.desktop.path("slow-keytab")
    os.mkfifo(slow)
    usual = time_of_login(shared)
    site.set("keytab", str(slow))
    time.sleep(0.3)
    waiting = []
    try:
        for number in range(9):
            wire = Wire(shared.daemon.address, source=f"127.0.8.{1 + number}")
            login.exchange_version(wire)
            login.read_security_types(wire)
            wire.send(bytes([login.SASL]))
            login.read_mechanisms(wire)
            login.send_sasl_start(wire, "GSSAPI", b"not looked at yet")
            waiting.append(wire)
        assert time_of_login(shared) < usual + 0.1
        # It is theirs to wait until they are refused, or go.
        waiting.pop().close()
        assert not any(wire.wait_closed(0.05) for wire in waiting)
    finally:
        for wire in waiting:
            wire.close()
        site.set("keytab", str(site.keytab))
        # Who opens it for reading gets an end of file, and the threads are free again.
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not logs_in_by_ticket(shared):
            release(slow)
    assert logs_in_by_ticket(shared)


def time_of_login(shared):
    """By password; the best of some, because the machine has other things to do."""
    took = []
    for _ in range(8):
        began = time.monotonic()
        assert can_log_in(shared, shared.daemon.user, shared.daemon.password, "127.0.9.1")
        took.append(time.monotonic() - began)
    return min(took)


def test_the_end_does_not_wait_for_keys(site, shared):
    slow = shared.desktop.path("slower-keytab")
    os.mkfifo(slow)
    site.set("keytab", str(slow))
    time.sleep(0.3)
    wire = begin_sasl(shared)
    login.read_mechanisms(wire)
    login.send_sasl_start(wire, "GSSAPI", b"not looked at yet")
    assert not wire.wait_closed(0.3)
    process = shared.daemon.process
    began = time.monotonic()
    status = shared.daemon.stop()
    took = time.monotonic() - began
    shared.daemon.spawn()
    shared.daemon.wait_ready()
    shared.check_sanitizers(process)
    assert status == 0, process.log_tail(40)
    assert took < 3
    wire.close()


def release(fifo):
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        pass  # nobody waits
    time.sleep(0.02)


def logs_in_by_ticket(shared):
    try:
        shared.viewer(security="sasl", mechanism="GSSAPI", timeout=1).close()
        return True
    except (Refused, Closed, TimeoutError):
        return False
