# SPDX-License-Identifier: GPL-2.0-or-later
"""Logging in, and not."""
import statistics
import time

import pytest
from gi.repository import GLib

from processes import wait_until
from rfb import login
from rfb.client import Client
from rfb.wire import Closed, Refused, Wire

pytestmark = pytest.mark.on("mutter")
SECRETS, SECRETS_PATH = "org.freedesktop.secrets", "/org/freedesktop/secrets"


@pytest.mark.parametrize("security, mechanism", [
    ("x509-plain", None), ("x509-sasl", "SCRAM-SHA-256"), ("x509-sasl", "SCRAM-SHA-512"),
    ("x509-sasl", "PLAIN")])
@pytest.mark.parametrize("version", ("003.007", "003.008"))
def test_each_way(shared, security, mechanism, version):
    shared.viewer(security=security, mechanism=mechanism, version=version).wait_fence(b"in")


def test_x509sasl_under_its_registered_number_too(shared):
    """rfbproto prints 264, viewers use 263; whoever picks 264 gets the certificate as well."""
    wire = Wire(shared.daemon.address)
    login.exchange_version(wire)
    login.read_security_types(wire)
    if login.X509_SASL_REGISTRY not in login.choose_vencrypt(wire):
        pytest.skip("264 is not listed")
    login.choose_subtype(wire, login.X509_SASL_REGISTRY)
    wire.start_tls(str(shared.daemon.certificate), "127.0.0.1")
    login.run_sasl(wire, "SCRAM-SHA-256", shared.daemon.user, shared.daemon.password)
    login.read_security_result(wire)
    wire.close()


def test_mechanisms_offered(shared):
    wire = start_sasl(shared)
    assert login.read_mechanisms(wire) == ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-512",
                                           "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"]
    wire.close()


def start_sasl(shared, source=None):
    wire = Wire(shared.daemon.address, source=source)
    login.exchange_version(wire)
    login.read_security_types(wire)
    login.choose_vencrypt(wire)
    login.choose_subtype(wire, login.X509_SASL)
    wire.start_tls()
    return wire


def test_certificate_is_for_this_host_and_lasts(shared):
    """The viewer fixture verifies the name; a restart keeps the certificate."""
    fingerprint = shared.daemon.get("TlsFingerprint")
    shared.viewer(host="localhost").close()
    shared.daemon.stop()
    shared.daemon.spawn()
    shared.daemon.wait_listening()
    assert shared.daemon.get("TlsFingerprint") == fingerprint
    key = shared.desktop.path("state") / "gnome-desktop-sharing"
    assert key.stat().st_mode & 0o777 == 0o700
    assert all(f.stat().st_mode & 0o077 == 0 for f in key.iterdir() if "key" in f.name)


def test_rfb_3_3_is_told_why_not(shared):
    with pytest.raises(Refused, match="3.7"):
        Client(shared.daemon.address, version="003.003")


@pytest.mark.parametrize("security, mechanism", [
    ("x509-plain", None), ("x509-sasl", "SCRAM-SHA-256"), ("x509-sasl", "PLAIN")])
def test_wrong_password_and_unknown_user_get_the_same_answer(shared, security, mechanism):
    answers = []
    for number, (user, password) in enumerate((
            (shared.daemon.user, "wrong"), ("nobody", shared.daemon.password))):
        with pytest.raises(Refused) as refusal:
            shared.viewer(user=user, password=password, security=security, mechanism=mechanism,
                          source=f"127.0.1.{10 + number}")
        answers.append(str(refusal.value))
    assert answers[0] == answers[1] and answers[0]


def test_unknown_users_take_the_same_time(shared):
    times = {"known": [], "unknown": []}
    for number in range(12):
        for kind, user in (("known", shared.daemon.user), ("unknown", f"nobody{number}")):
            began = time.monotonic()
            with pytest.raises(Refused):
                shared.viewer(user=user, password="wrong", source=f"127.0.2.{1 + number * 2}"
                              if kind == "known" else f"127.0.2.{2 + number * 2}")
            times[kind].append(time.monotonic() - began)
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    assert abs(known - unknown) < 0.3 * max(known, unknown) + 0.005


@pytest.mark.parametrize("user, password", [
    ("", ""), ("viewer", ""), ("", "x"), ("viewer\0", "x"), ("viewer", "\0"),
    ("v" * 300, "x"), ("viewer", "p" * 1000), ("VIEWER", None), ("viewer ", None)])
def test_odd_credentials_let_nobody_in(shared, user, password):
    password = shared.daemon.password if password is None else password
    with pytest.raises((Refused, Closed)):
        shared.viewer(user=user, password=password, source="127.0.3.1")
    shared.daemon.wait_listening()


def test_a_new_password_counts_at_once(shared):
    shared.daemon.set_password("mover", "first")
    wait_until(lambda: can_log_in(shared, "mover", "first", "127.0.4.4"), 5, "not at once")
    shared.daemon.set_password("mover", "second")
    wait_until(lambda: can_log_in(shared, "mover", "second", "127.0.4.1"), 5, "not at once")
    assert not can_log_in(shared, "mover", "first", "127.0.4.2")
    shared.daemon.control("remove-user", "mover")
    wait_until(lambda: not can_log_in(shared, "mover", "second", "127.0.4.3"), 5, "still a user")


def can_log_in(shared, user, password, source):
    try:
        shared.viewer(user=user, password=password, source=source).close()
        return True
    except (Refused, Closed):
        return False


def test_names_and_passwords_in_any_script(shared):
    shared.daemon.set_password("Åsa 李", "пароль, =,«ß»")
    wait_until(lambda: can_log_in(shared, "Åsa 李", "пароль, =,«ß»", "127.0.4.5"), 5, "not in")
    for security, mechanism in (("x509-plain", None), ("x509-sasl", "SCRAM-SHA-256")):
        shared.viewer(user="Åsa 李", password="пароль, =,«ß»", security=security,
                      mechanism=mechanism).close()
    shared.daemon.control("remove-user", "Åsa 李")


def test_guessing_is_slowed_for_that_source_only(shared):
    outcomes = [can_log_in(shared, shared.daemon.user, f"guess{n}", "127.0.5.1")
                for n in range(6)]
    assert not any(outcomes)
    assert not can_log_in(shared, shared.daemon.user, shared.daemon.password, "127.0.5.1")
    assert can_log_in(shared, shared.daemon.user, shared.daemon.password, "127.0.5.2")


def test_silence_ends_after_thirty_seconds(shared):
    silent = [Wire(shared.daemon.address, timeout=60, source="127.0.6.1") for _ in range(2)]
    silent[1].read(12)
    silent[1].send(b"RFB 003.008\n")
    began = time.monotonic()
    for wire in silent:
        assert wire.wait_closed(40), "still open after 40 s"
    assert 20 < time.monotonic() - began < 36


def test_only_verifiers_are_kept(shared):
    """What stands in the keyring does not give the password away."""
    text = shared.desktop.run("secret-tool", "search", "--all", "--unlock", "xdg:schema",
                              "org.gnome.DesktopSharing.Credential")
    assert "SCRAM-SHA-256$" in text
    assert shared.daemon.password not in text


def test_a_locked_keyring_is_told_and_recovers(fresh):
    daemon, desktop = fresh.daemon, fresh.desktop
    daemon.stop()
    collection = SECRETS_PATH + "/collection/login"
    desktop.call(SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service", "Lock",
                 GLib.Variant("(ao)", ([collection],)))
    daemon.spawn()
    daemon.wait_listening()
    with pytest.raises((Refused, Closed)):
        fresh.viewer()
    wait_until(lambda: daemon.get("StatusReason"), 15, "nothing is said of the keyring")
    unlock(desktop, collection)
    wait_until(lambda: can_log_in(fresh, daemon.user, daemon.password, "127.0.7.1"), 40,
               "does not recover by itself")


def unlock(desktop, collection):
    from desktop import KEYRING_PASSWORD
    session = desktop.call(SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service", "OpenSession",
                           GLib.Variant("(sv)", ("plain", GLib.Variant("s", ""))))[1]
    secret = (session, b"", KEYRING_PASSWORD.encode(), "text/plain")
    desktop.call(SECRETS, SECRETS_PATH,
                 "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
                 "UnlockWithMasterPassword", GLib.Variant("(o(oayays))", (collection, secret)))
