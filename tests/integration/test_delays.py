# SPDX-License-Identifier: GPL-2.0-or-later
"""Logins that wait for somebody who does not answer hold up nobody else by more than 100 ms: here a
KDC and the keyring. A saslauthd that hangs is in test_password_sources, a keytab in test_kerberos."""
import os
import signal
import sys
import threading
import time

import pytest
from gi.repository import GLib

from kdc import Kdc
from processes import wait_until
from rfb.wire import Closed, Refused
from test_login import SECRETS, SECRETS_PATH, can_log_in, unlock
from test_viewers import VIEWERS, finish

pytestmark = pytest.mark.on("mutter")
SASL, ACCESS = "org.gnome.desktop-sharing.sasl", "org.gnome.desktop-sharing.access"
COLLECTION = SECRETS_PATH + "/collection/login"


@pytest.fixture
def worker(shared):
    """A session that is up. Others log in without a password."""
    shared.daemon.set_setting(
        "rules", "[('control', 'anonymous'), ('control', 'kerberos:*'), ('control', 'password:*')]",
        ACCESS)
    shared.daemon.set_setting("security-types", "['x509-sasl', 'x509-plain', 'x509-none']")
    return wait_until(lambda: come_in(shared), 10, "x509-none is not open")


def come_in(shared):
    try:
        return shared.viewer(security="x509-none")
    except (Refused, Closed):
        return None


def in_background(call):
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


@pytest.mark.usefixtures("worker")
def test_a_kdc_that_does_not_answer(shared):
    """gtk-vnc has to have a ticket for us, and does not get it while the server waits."""
    with Kdc(shared.desktop.path("kdc")) as kdc:
        keytab = shared.desktop.path("keytab")
        kdc.add_user("alice")
        kdc.add_service("vnc/localhost", keytab)
        ticket = kdc.ticket("alice")
        # The daemon knows the realm from krb5.conf as everybody does.
        shared.desktop.environment.update(
            KRB5_CONFIG=str(kdc.conf), KRB5RCACHEDIR=str(shared.desktop.path("run")))
        shared.daemon.stop()
        shared.daemon.spawn()
        shared.daemon.wait_listening()
        shared.daemon.set_setting("keytab", str(keytab), SASL)
        worker = wait_until(lambda: come_in(shared), 10, "x509-none is not open")
        usual = shared.times_of_others(worker)
        kdc.processes["krb5kdc"].popen.send_signal(signal.SIGSTOP)
        viewer = start_with(shared, ticket)
        try:
            wait_until(lambda: sum(client["State"] == "authenticating"
                                   for client in shared.daemon.clients()) == 1, 20, "not there")
            time.sleep(1)
            shared.expect_no_delay(worker, usual)
        finally:
            kdc.processes["krb5kdc"].popen.send_signal(signal.SIGCONT)
        finish(viewer)


def start_with(shared, ticket):
    import subprocess
    return subprocess.Popen(
        [sys.executable, "-B", str(VIEWERS / "gtkvnc_viewer.py"), "--user", "nobody",
         "--certificate", str(shared.daemon.certificate),
         f"localhost:{shared.daemon.address[1]}"],
        env=dict(os.environ, VNC_USERNAME="nobody", VNC_PASSWORD="none", **ticket),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_locked_keyring(shared, worker):
    """Some try to log in by password meanwhile, and the person at the desk is asked to unlock it."""
    daemon, desktop = shared.daemon, shared.desktop
    usual = shared.times_of_others(worker)
    daemon.stop()
    desktop.call(SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service", "Lock",
                 GLib.Variant("(ao)", ([COLLECTION],)))
    try:
        daemon.spawn()
        daemon.wait_listening()
        wait_until(lambda: "locked" in daemon.get("StatusReason"), 15, "nothing is said of it")
        other = wait_until(lambda: come_in(shared), 10, "x509-none is not open")
        trying = [in_background(lambda n=number: can_log_in(
            shared, daemon.user, daemon.password, f"127.0.12.{n + 1}")) for number in range(10)]
        shared.expect_no_delay(other, usual)
        for each in trying:
            each.join(10)
    finally:
        unlock(desktop, COLLECTION)
    wait_until(lambda: can_log_in(shared, daemon.user, daemon.password, "127.0.12.100"), 40,
               "does not recover by itself")


def test_a_keyring_that_hangs(shared, worker):
    daemon, desktop = shared.daemon, shared.desktop
    usual = shared.times_of_others(worker)
    keyring = desktop.processes["keyring"].pid
    os.kill(keyring, signal.SIGSTOP)
    try:
        daemon.stop()
        daemon.spawn()  # reads the passwords
        daemon.wait_listening()
        other = wait_until(lambda: come_in(shared), 10, "x509-none is not open")
        shared.expect_no_delay(other, usual)
        assert not can_log_in(shared, daemon.user, daemon.password, "127.0.13.1")
        shared.expect_no_delay(other, usual)
    finally:
        os.kill(keyring, signal.SIGCONT)
    wait_until(lambda: can_log_in(shared, daemon.user, daemon.password, "127.0.13.2"), 60,
               "does not recover by itself")
