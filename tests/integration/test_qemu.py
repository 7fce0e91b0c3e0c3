# SPDX-License-Identifier: GPL-2.0-or-later
"""The only other server that has SASL: the same script of logins against QEMU and against us has the
same outcome wherever QEMU is right.

Where it is not, a line names the bug of 2009 as CONTRIBUTING.md numbers them; there only our own
outcome counts, since QEMU may be mended.
"""
import itertools
import ssl
import struct

import pytest

from kdc import Kdc
from pki import Pki
from processes import wait_until
from qemu import Qemu
from rfb import login
from rfb.scram import Scram
from rfb.wire import Closed, Refused, Wire
from sasl_users import Sasldb

pytestmark = pytest.mark.on("mutter")
SASL, ACCESS = "org.gnome.desktop-sharing.sasl", "org.gnome.desktop-sharing.access"
ALICE, SECRET = "alice", "through the looking-glass"
IN, OUT = "in", "out"
LOOPBACK = (f"127.5.{a}.{b}" for a, b in itertools.product(range(250), range(1, 250)))
NOT_IN = (Refused, Closed, OSError, ssl.SSLError)


# --- one login each; whoever gets through it is asked for ClientInit

def up_to_subtype(wire, version="003.008"):
    login.exchange_version(wire, version)
    login.read_security_types(wire)
    return login.choose_vencrypt(wire)


def up_to_tls(wire):
    up_to_subtype(wire)
    login.choose_subtype(wire, login.X509_SASL)
    wire.start_tls()


def by(mechanism, user=ALICE, password=SECRET):
    def script(wire):
        up_to_tls(wire)
        login.run_sasl(wire, mechanism, user, password)
        login.read_security_result(wire)
    return script


def acting_as(other):
    def script(wire):
        up_to_tls(wire)
        login.read_mechanisms(wire)
        data = b"\0".join([other.encode(), ALICE.encode(), SECRET.encode()])
        login.send_sasl_start(wire, "PLAIN", data)
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


def naming(name, length=None):
    """The mechanism by these octets; what follows is a good login by PLAIN."""
    def script(wire):
        up_to_tls(wire)
        login.read_mechanisms(wire)
        data = b"\0".join([b"", ALICE.encode(), SECRET.encode()])
        wire.send(struct.pack(">I", len(name) if length is None else length) + name +
                  login.sasl_blob(data))
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


def announcing(length):
    """So much data for PLAIN, and not a word of it."""
    def script(wire):
        up_to_tls(wire)
        login.read_mechanisms(wire)
        wire.send(struct.pack(">I", 5) + b"PLAIN" + struct.pack(">I", length))
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


def scram_with(final):
    def script(wire):
        up_to_tls(wire)
        login.read_mechanisms(wire)
        scram = Scram("SCRAM-SHA-256", ALICE, SECRET)
        login.send_sasl_start(wire, "SCRAM-SHA-256", scram.first())
        said, complete = login.read_sasl_reply(wire)
        assert not complete
        wire.send(login.sasl_blob(final(scram.final(said))))
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


def choosing_type(number):
    def script(wire):
        login.exchange_version(wire)
        assert number not in login.read_security_types(wire)
        wire.send(bytes([number]))
        login.read_security_result(wire)
    return script


def choosing_subtype(number):
    def script(wire):
        assert number not in up_to_subtype(wire)
        login.choose_subtype(wire, number)
        wire.start_tls()
        login.read_security_result(wire)
    return script


def vencrypt(version):
    def script(wire):
        login.exchange_version(wire)
        login.read_security_types(wire)
        wire.send(bytes([login.VENCRYPT]))
        wire.read(2)
        wire.send(version)
        if wire.u8() != 0:
            raise Refused("not this version")
        login.read_security_result(wire)
    return script


def greeting(text):
    def script(wire):
        wire.read(12)
        wire.send(text)
        login.read_security_types(wire)
        login.choose_vencrypt(wire)
        login.read_security_result(wire)
    return script


def clear_before_tls(octets):
    """Behind the choice of the sub-type; whoever reads them inside TLS gets a good login."""
    def script(wire):
        up_to_subtype(wire)
        wire.send(struct.pack(">I", login.X509_SASL) + octets)
        if wire.u8() != 1:
            raise Refused("not this sub-type")
        wire.start_tls()
        login.read_mechanisms(wire)
        data = b"\0".join([b"", ALICE.encode(), SECRET.encode()])
        # what was sent in clear is the beginning of it
        wire.send((struct.pack(">I", 5) + b"PLAIN" + login.sasl_blob(data))[len(octets):])
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


def told_why(wire):
    """Who is refused learns that he is, and why."""
    up_to_tls(wire)
    login.run_sasl(wire, "PLAIN", ALICE, "wrong")
    try:
        login.read_security_result(wire)
    except Refused as refused:
        assert str(refused)
        return
    raise Closed("let in")


def told_why_in_3_3(wire):
    wire.read(12)
    wire.send(b"RFB 003.003\n")
    assert wire.u32() == 0 and wire.sized()


TLS_SCRIPTS = {
    "SCRAM-SHA-256": (by("SCRAM-SHA-256"), IN, None),
    "PLAIN": (by("PLAIN"), IN, None),
    "acting as oneself": (acting_as(ALICE), IN, None),
    "acting as another": (acting_as("root"), OUT, None),
    "SCRAM, wrong password": (by("SCRAM-SHA-256", password="wrong"), OUT, None),
    "SCRAM, unknown user": (by("SCRAM-SHA-256", user="nobody"), OUT, None),
    "PLAIN, wrong password": (by("PLAIN", password="wrong"), OUT, None),
    "PLAIN, unknown user": (by("PLAIN", user="nobody"), OUT, None),
    "PLAIN, empty password": (by("PLAIN", password=""), OUT, None),
    "SCRAM, no proof": (scram_with(lambda final: final[:final.index(b",p=")]), OUT, None),
    "SCRAM, empty proof": (scram_with(lambda final: b""), OUT, None),
    "SCRAM, other channel": (scram_with(lambda final: final.replace(b"c=biws", b"c=eSws")), OUT,
                             None),
    "a mechanism that is named right": (naming(b"PLAIN"), IN, None),
    "a mechanism that is not offered": (naming(b"LOGIN"), OUT, None),
    "GSSAPI, not offered": (naming(b"GSSAPI"), OUT, None),
    "ANONYMOUS, not offered": (naming(b"ANONYMOUS"), OUT, None),
    "a prefix of a mechanism": (naming(b"PLAI"), OUT, None),
    "a suffix of a mechanism": (naming(b"LAIN"), OUT, None),
    "a mechanism in lower case": (naming(b"plain"), OUT, None),
    "a mechanism without a name": (naming(b""), OUT, None),
    "a name of 101 octets": (naming(b"X" * 101), OUT, None),
    "a name of 4 GiB": (naming(b"PLAIN", 0xffffffff), OUT, None),
    "a name that ends in NUL": (naming(b"PLAIN\0"), OUT, "B5"),
    "a name with NUL and more": (naming(b"PLAIN\0" + b"x" * 90), OUT, "B5"),
    "the list for a name": (naming(b"SCRAM-SHA-256,PLAIN"), OUT, "B6"),
    "the list the other way round": (naming(b"PLAIN,SCRAM-SHA-256"), OUT, "B6"),
    "2 MiB of data": (announcing(2 << 20), OUT, None),
    "4 GiB of data": (announcing(0xffffffff), OUT, None),
    "no data for PLAIN": (announcing(0), OUT, None),
    "None, not offered": (choosing_type(1), OUT, None),
    "VncAuth, not offered": (choosing_type(2), OUT, None),
    "SASL, not offered": (choosing_type(20), OUT, None),
    "a type that does not exist": (choosing_type(255), OUT, None),
    "X509None, not offered": (choosing_subtype(260), OUT, None),
    "TLSNone, not offered": (choosing_subtype(257), OUT, None),
    "a sub-type of 256 more": (choosing_subtype(0x10107), OUT, None),
    "VeNCrypt 0.1": (vencrypt(b"\0\1"), OUT, None),
    "VeNCrypt 255.255": (vencrypt(b"\xff\xff"), OUT, None),
    "no version": (greeting(b"GET / HTTP/1"), OUT, None),
    "RFB 3.3": (greeting(b"RFB 003.003\n"), OUT, None),
    "clear octets before TLS, 1": (clear_before_tls(b"\0"), OUT, "B4"),
    "clear octets before TLS, 3": (clear_before_tls(b"\0\0\0"), OUT, "B4"),
    "clear octets before TLS, 4": (clear_before_tls(b"\0\0\0\5"), OUT, None),
}


# --- the same over GSSAPI, without TLS

def by_ticket(service="vnc", behind=b"", **choice):
    def script(wire):
        login.exchange_version(wire)
        login.read_security_types(wire)
        wire.send(bytes([login.SASL]))
        login.read_mechanisms(wire)
        layer = login.run_gssapi(wire, service, behind_last_step=behind, **choice)
        login.read_security_result(wire)
        if layer:
            wire.start_layer(layer)
        wire.no_client_init = bool(behind)
    return script


def by_no_mechanism(name):
    def script(wire):
        login.exchange_version(wire)
        login.read_security_types(wire)
        wire.send(bytes([login.SASL]))
        assert name not in login.read_mechanisms(wire)
        login.send_sasl_start(wire, name, b"")
        login.read_sasl_reply(wire)
        login.read_security_result(wire)
    return script


TICKET_SCRIPTS = {
    "a ticket": (by_ticket(), IN, None),
    "a ticket for another service": (by_ticket("host"), OUT, None),
    "no layer": (by_ticket(layer=1), OUT, None),
    "acting as another": (by_ticket(act_as=b"root"), OUT, None),
    "PLAIN, not offered": (by_no_mechanism("PLAIN"), OUT, None),
    "SCRAM, not offered": (by_no_mechanism("SCRAM-SHA-256"), OUT, None),
    "clear octets behind the last step": (by_ticket(behind=b"\1"), OUT, "B3"),
}


# --- both servers

@pytest.fixture(scope="module")
def users():
    sasldb = Sasldb()
    sasldb.add(ALICE, SECRET)
    return sasldb


def share_with(shared, source, **settings):
    shared.daemon.set_setting("rules", "[('control', 'password:*'), ('control', 'kerberos:*')]",
                              ACCESS)
    shared.daemon.set_setting("password-source", source, SASL)
    for key, value in settings.items():
        shared.daemon.set_setting(key, value, SASL)


@pytest.fixture(scope="module")
def inside_tls(shared_share, users):
    """QEMU and we: the same users, mechanisms and sub-type."""
    assert users
    mechanisms = ("SCRAM-SHA-256", "PLAIN")
    directory = shared_share.desktop.path("qemu-tls")
    certificate = Pki(shared_share.desktop.path("qemu-pki")).issue_for_server()
    with Qemu(directory, mechanisms, certificate) as qemu:
        yield qemu, mechanisms


@pytest.fixture(scope="module")
def realm(shared_share):
    with Kdc(shared_share.desktop.path("kdc")) as kdc:
        keytab = shared_share.desktop.path("keytab")
        kdc.conf.write_text(kdc.conf.read_text().replace(
            "[libdefaults]\n", "[libdefaults]\n    ignore_acceptor_hostname = true\n"))
        kdc.add_user(ALICE)
        kdc.add_service("vnc/localhost", keytab)
        kdc.add_service("host/localhost", keytab)
        ticket = kdc.ticket(ALICE)
        shared_share.desktop.environment.update(
            KRB5_CONFIG=str(kdc.conf), KRB5RCACHEDIR=str(shared_share.desktop.path("run")))
        shared_share.daemon.stop()
        shared_share.daemon.spawn()
        shared_share.daemon.wait_ready()
        with Qemu(shared_share.desktop.path("qemu-bare"), ("GSSAPI",), keytab=keytab,
                  environment={"KRB5_CONFIG": str(kdc.conf),
                               "KRB5RCACHEDIR": str(shared_share.desktop.path("run"))}) as qemu:
            yield qemu, ticket, keytab


def liberal_blob(wire):
    """B9: QEMU ends its data with whatever lies behind it in memory, instead of a NUL."""
    data = wire.sized()
    return data[:-1] if data else None


def outcome(address, script, source=None):
    try:
        wire = Wire(address, timeout=3, source=source)
    except OSError:
        return OUT
    wire.no_client_init = False
    try:
        script(wire)
        if not wire.no_client_init:
            wire.send(b"\1")
        wire.fields("HH")
        return IN
    except NOT_IN:
        return OUT
    finally:
        wire.close()


def same_outcome(qemu, shared, script, expected, bug, monkeypatch):
    ours = outcome(shared.daemon.address, script, next(LOOPBACK))
    with monkeypatch.context() as patch:
        patch.setattr(login, "read_sasl_blob", liberal_blob)
        theirs = outcome(qemu.address, script)
    assert ours == expected
    assert theirs == ours or bug, f"QEMU says {theirs}"


def wait_for_types(shared, types):
    def offered():
        wire = Wire(shared.daemon.address)
        try:
            login.exchange_version(wire)
            return login.read_security_types(wire) == types
        except Closed:
            return False
        finally:
            wire.close()
    wait_until(offered, 10, "other types are offered")


@pytest.mark.parametrize("name", TLS_SCRIPTS)
def test_inside_tls(inside_tls, shared, name, monkeypatch):
    qemu, mechanisms = inside_tls
    share_with(shared, "sasldb", mechanisms=str(list(mechanisms)))
    shared.daemon.set_setting("security-types", "['x509-sasl']")
    wait_for_types(shared, [login.VENCRYPT])
    wait_until(lambda: outcome(shared.daemon.address, by("PLAIN")) == IN, 10, "alice is not in")
    same_outcome(qemu, shared, *TLS_SCRIPTS[name], monkeypatch)


@pytest.mark.parametrize("name", TICKET_SCRIPTS)
def test_with_a_ticket(realm, shared, name, monkeypatch):
    qemu, ticket, keytab = realm
    for key, value in ticket.items():
        monkeypatch.setenv(key, value)
    share_with(shared, "keyring", keytab=str(keytab), mechanisms="['GSSAPI']")
    shared.daemon.set_setting("security-types", "['sasl']")
    wait_for_types(shared, [login.SASL])
    same_outcome(qemu, shared, *TICKET_SCRIPTS[name], monkeypatch)


def test_who_is_refused_is_told_why(inside_tls, shared):
    """B11: QEMU hangs up on a wrong password, and has no reason for RFB 3.3."""
    _, mechanisms = inside_tls
    share_with(shared, "sasldb", mechanisms=str(list(mechanisms)))
    shared.daemon.set_setting("security-types", "['x509-sasl']")
    wait_for_types(shared, [login.VENCRYPT])
    for script in (told_why, told_why_in_3_3):
        wire = Wire(shared.daemon.address, source=next(LOOPBACK))
        script(wire)
        wire.close()
