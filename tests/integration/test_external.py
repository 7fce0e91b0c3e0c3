# SPDX-License-Identifier: GPL-2.0-or-later
"""SASL EXTERNAL: programs of the desktop's own user come in without a password, by a unix socket
and by nothing else."""
import os
import pwd
import struct

import pytest

from daemon import SCHEMA
from processes import wait_until
from rfb import login
from rfb.wire import Closed, Refused, Wire

pytestmark = pytest.mark.on("mutter")

PROXY = "127.0.0.78"
OWN = pwd.getpwuid(os.getuid()).pw_name
OFFERED = ["EXTERNAL", "SCRAM-SHA-256"]
FROM_UNIX = b"\r\n\r\n\0\r\nQUIT\n\x21\x31" + struct.pack(">H", 216) + b"/run/vnc".ljust(108, b"\0") * 2


def names(mechanisms):
    return [name for name in mechanisms if not name.endswith("-PLUS")]


def set_mechanisms(shared, words):
    shared.daemon.set_setting("mechanisms", words, f"{SCHEMA}.sasl")
    wait_until(lambda: shared.daemon.get(
        "SaslMechanisms", interface="org.gnome.DesktopSharing.Settings") ==
        [word.strip(" '") for word in words.strip("[]").split(",")], 5, "they are not obeyed")


@pytest.fixture
def path(shared):
    where = shared.desktop.path("run") / "own"
    shared.daemon.set_setting("listen-addresses", f"['127.0.0.1', 'unix:{where}']")
    wait_until(where.exists, 5, "no socket")
    set_mechanisms(shared, "['EXTERNAL', 'SCRAM-SHA-256']")
    shared.set_access("[('control', 'unix:*')]", "deny")
    return str(where)


def start_sasl(shared, wire):
    """Up to the list of mechanisms, which is returned."""
    login.exchange_version(wire)
    login.read_security_types(wire)
    login.choose_vencrypt(wire)
    login.choose_subtype(wire, login.X509_SASL)
    wire.start_tls(str(shared.daemon.certificate))
    return names(login.read_mechanisms(wire))


def external(shared, line, **options):
    return shared.viewer(line, security="x509-sasl", mechanism="EXTERNAL", host=None,
                         **{"user": "", "password": "", **options})


def force(shared, wire):
    """EXTERNAL, whatever was offered."""
    offered = start_sasl(shared, wire)
    login.send_sasl_start(wire, "EXTERNAL", b"")
    login.read_sasl_reply(wire)
    with pytest.raises((Refused, Closed)):
        login.read_security_result(wire)
    wire.close()
    return offered


@pytest.mark.parametrize("acts_as", ("", OWN))
def test_our_own_user_needs_no_password(shared, path, acts_as):
    client = external(shared, path, user=acts_as)
    told = shared.client_object(State="connected")
    assert told["User"] == OWN and told["Mechanism"] == "EXTERNAL"
    assert told["Address"].startswith("unix:") and told["SecurityType"] == "x509-sasl"
    assert not told["ViewOnly"]
    shared.wake_keyboard(client)
    client.type("without a password\n")
    shared.wait_typed("without a password\n")


@pytest.mark.parametrize("acts_as", ("alice", OWN + "x", "root"))
def test_he_acts_for_nobody_else(shared, path, acts_as):
    with pytest.raises(Refused):
        external(shared, path, user=acts_as)


def test_it_is_offered_on_the_unix_socket_only(shared, path):
    wire = Wire(path)
    assert start_sasl(shared, wire) == OFFERED
    wire.close()
    assert force(shared, Wire(shared.daemon.address)) == OFFERED[1:]


def test_it_is_off_until_it_is_listed(shared, path):
    shared.desktop.run("gsettings", "reset", f"{SCHEMA}.sasl", "mechanisms")
    wait_until(lambda: shared.daemon.get(
        "SaslMechanisms", interface="org.gnome.DesktopSharing.Settings") == [], 5, "not obeyed")
    assert force(shared, Wire(path)) == ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@pytest.mark.parametrize("header", (b"PROXY UNKNOWN\r\n", FROM_UNIX))
def test_no_proxy_brings_it_along(shared, path, header):
    shared.daemon.set_setting("proxy-protocol-from", f"['{PROXY}']")
    wait_until(lambda: shared.daemon.get(
        "ProxyProtocolFrom", interface="org.gnome.DesktopSharing.Settings") == [PROXY], 5,
        "not obeyed")
    try:
        wire = Wire(shared.daemon.address, source=PROXY)
        wire.send(header)
        assert force(shared, wire) == OFFERED[1:]
        wire = Wire(path)
        wire.send(header)
        assert wire.wait_closed(5)
    finally:
        shared.daemon.reset_setting("proxy-protocol-from")


def test_rules_tell_him_from_a_password_user(shared, path):
    with pytest.raises(Refused):  # by password, on the same socket
        shared.viewer(path, security="x509-sasl", mechanism="SCRAM-SHA-256")
    shared.set_access(f"[('control', 'password:*'), ('control', '{OWN}')]", "deny")
    with pytest.raises(Refused):
        external(shared, path)
    shared.viewer(path, security="x509-sasl", mechanism="SCRAM-SHA-256").settle()


def test_only_external_is_a_way_in_by_the_socket(shared, path):
    set_mechanisms(shared, "['EXTERNAL']")
    shared.daemon.set_setting("security-types", "['x509-sasl']")
    wait_until(lambda: refused_over_tcp(shared), 5, "there is a way in over TCP")
    assert shared.daemon.get("State") == "listening"
    external(shared, path).settle()


def refused_over_tcp(shared):
    wire = Wire(shared.daemon.address)
    try:
        login.exchange_version(wire)
        login.read_security_types(wire)
        return False
    except Refused:
        return True
    finally:
        wire.close()
