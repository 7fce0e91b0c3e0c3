# SPDX-License-Identifier: GPL-2.0-or-later
"""Every GSettings key takes effect at once, and a bad value weakens nothing."""
import socket

import pytest

from processes import wait_until
from rfb import login
from rfb.client import can_connect
from rfb.wire import Closed, Refused, Wire

pytestmark = pytest.mark.on("mutter")


def endpoints(shared):
    return shared.daemon.get("Endpoints")


def wait_endpoints(shared, *wanted):
    wait_until(lambda: endpoints(shared) == list(wanted), 5,
               f"listens at {endpoints(shared)}, not at {wanted}")


def offered(shared):
    """The VeNCrypt sub-types a viewer is offered now."""
    wire = Wire(shared.daemon.address)
    try:
        login.exchange_version(wire)
        assert login.read_security_types(wire) == [login.VENCRYPT]
        return login.choose_vencrypt(wire)
    finally:
        wire.close()


def test_port(shared):
    viewer = shared.viewer()
    shared.daemon.set_setting("port", "5941")
    wait_endpoints(shared, "tcp:127.0.0.1:5941")
    viewer.wait_fence(b"still here")  # no client is dropped for it
    assert not can_connect(("127.0.0.1", 5900)) and can_connect(("127.0.0.1", 5941))


def test_port_taken_negotiates_the_next(shared):
    with socket.create_server(("127.0.0.1", 5951)):
        shared.daemon.set_setting("port", "5951")
        wait_endpoints(shared, "tcp:127.0.0.1:5952")


def test_port_taken_without_negotiation_fails_and_recovers(shared):
    shared.daemon.set_setting("negotiate-port", "false")
    with socket.create_server(("127.0.0.1", 5961)):
        shared.daemon.set_setting("port", "5961")
        wait_until(lambda: shared.daemon.get("State") == "failed", 5, "did not fail")
        assert "5961" in shared.daemon.get("StatusReason")
        assert endpoints(shared) == []
    wait_until(lambda: shared.daemon.get("State") == "listening", 35, "does not recover by itself")
    wait_endpoints(shared, "tcp:127.0.0.1:5961")
    wait_until(lambda: shared.daemon.get("StatusReason") == "", 5, "the reason stays")


def test_listen_addresses(shared):
    path = shared.desktop.path("run") / "vnc.sock"
    shared.daemon.set_setting("listen-addresses", f"['127.0.0.1', '::1', 'unix:{path}']")
    wait_until(lambda: len(endpoints(shared)) == 3, 5, "not three endpoints")
    assert f"unix:{path}" in endpoints(shared)
    assert any(e.startswith("tcp:[::1]:") for e in endpoints(shared))
    shared.viewer().settle()
    port = shared.daemon.address[1]
    from rfb.client import Client
    for address in (("::1", port), str(path)):
        with Client(address, shared.daemon.user, shared.daemon.password) as viewer:
            viewer.settle()
    assert path.stat().st_mode & 0o777 == 0o600
    shared.daemon.set_setting("listen-addresses", "['127.0.0.1']")
    wait_until(lambda: not path.exists(), 5, "the socket stays")


def test_listen_on_an_interface(shared):
    shared.daemon.set_setting("listen-addresses", "['lo']")
    wait_until(lambda: any(e.startswith("tcp:127.0.0.1:") for e in endpoints(shared)), 5,
               "not on lo")
    assert can_connect(shared.daemon.address)


def test_empty_listen_addresses_are_all_interfaces(shared):
    shared.daemon.set_setting("listen-addresses", "[]")
    wait_until(lambda: can_connect(("127.0.0.2", shared.daemon.address[1])), 5,
               "does not listen everywhere")
    assert can_connect(("::1", shared.daemon.address[1]))


@pytest.mark.parametrize("value", ("['no.such.interface']", "['300.1.1.1']", "['unix:']"))
def test_a_bad_address_never_opens_another(shared, value):
    shared.daemon.set_setting("listen-addresses", value)
    wait_until(lambda: shared.daemon.get("StatusReason"), 5, "nothing is said")
    assert not can_connect(("127.0.0.2", shared.daemon.address[1]))
    if value != "['unix:']":
        assert value.strip("[]'") in shared.daemon.get("StatusReason")


def test_security_types(shared):
    assert offered(shared) == [login.X509_SASL, login.X509_PLAIN] \
        or offered(shared) == [login.X509_SASL, login.X509_SASL_REGISTRY, login.X509_PLAIN]
    shared.daemon.set_setting("security-types", "['x509-plain']")
    wait_until(lambda: offered(shared) == [login.X509_PLAIN], 5, "the offer stays")
    with pytest.raises(Refused):
        shared.viewer(security="x509-sasl")
    shared.viewer(security="x509-plain").settle()
    shared.daemon.set_setting("security-types", "['x509-sasl']")
    wait_until(lambda: login.X509_PLAIN not in offered(shared), 5, "the offer stays")


@pytest.mark.parametrize("value", ("['nonsense']", "['vnc-auth', 'nonsense']", "[]", "['None']"))
def test_bad_security_types_let_nobody_in(shared, value):
    shared.daemon.set_setting("security-types", value)
    wait_until(lambda: shared.daemon.get("StatusReason"), 5, "nothing is said")
    wire = Wire(shared.daemon.address)
    try:
        login.exchange_version(wire)
        types = login.read_security_types(wire)
    except (Refused, Closed):
        types = []
    finally:
        wire.close()
    assert types == []


def test_an_unknown_security_type_leaves_the_others(shared):
    shared.daemon.set_setting("security-types", "['nonsense', 'x509-plain']")
    wait_until(lambda: "nonsense" in shared.daemon.get("StatusReason"), 5, "nothing is said")
    assert offered(shared) == [login.X509_PLAIN]


def test_max_clients(shared):
    shared.daemon.set_setting("max-clients", "2")
    one, other = shared.viewer(), shared.viewer()
    one.settle()
    with pytest.raises((Refused, Closed)):
        shared.viewer()
    other.wait_fence(b"undisturbed")
    other.close()
    wait_until(lambda: len(shared.daemon.get("Clients")) == 1, 5, "the place is not free")
    shared.viewer().settle()


def test_view_only_is_live(shared):
    viewer = shared.viewer()
    viewer.settle()
    for value in ("true", "false"):
        shared.daemon.set_setting("view-only", value)
        wait_until(lambda: [c["ViewOnly"] for c in shared.daemon.clients()] == [value == "true"],
                   2, "not live")
    viewer.wait_fence(b"still here")


def test_a_bad_choice_of_monitors_is_told(shared):
    shared.daemon.set_setting("monitors", "'nonsense'")
    wait_until(lambda: "nonsense" in shared.daemon.get("StatusReason"), 5, "nothing is said")
    shared.daemon.reset_setting("monitors")
    wait_until(lambda: shared.daemon.get("StatusReason") == "", 5, "the reason stays")
