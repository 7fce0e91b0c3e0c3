# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates of ours and of viewers: files that come, change and break, and who gets in."""
import json
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest

from pki import Pki, fingerprint
from processes import wait_until
from rfb import login
from rfb.wire import Closed, Refused, Wire
from share import same_picture
from test_viewers import VIEWERS, address, finish, picture, start

pytestmark = pytest.mark.on("mutter")
TLS, ACCESS = "org.gnome.desktop-sharing.tls", "org.gnome.desktop-sharing.access"
ALICE = "CN=alice,O=Example,C=GB"
NOT_LET_IN = (Refused, Closed, ssl.SSLError, OSError)


class Site:
    """An authority with its people, and another that nobody trusts."""

    def __init__(self, share):
        self.share = share
        self.pki = Pki(share.desktop.path("pki"))
        self.alice = self.pki.issue("alice", ALICE)
        self.bob = self.pki.issue("bob", "CN=bob,O=Example,C=GB")
        self.expired = self.pki.issue("late", ALICE, days=-1)
        self.foreign = Pki(share.desktop.path("foreign"), "Foreign authority").issue("alice", ALICE)
        self.own = self.share.daemon.get("TlsFingerprint")

    def set(self, key, value):
        self.share.daemon.set_setting(key, f"'{value}'", TLS)

    def reason(self):
        return self.share.daemon.get("StatusReason")

    def wait_reason(self, words, seconds=5):
        wait_until(lambda: words in self.reason(), seconds, f"{words!r} is not said")

    def wait_no_reason(self):
        wait_until(lambda: self.reason() == "", 5, "the reason stays")

    def wait_fingerprint(self, wanted):
        wait_until(lambda: self.share.daemon.get("TlsFingerprint") == wanted, 8,
                   "the fingerprint does not follow")

    def want(self, mode, revoked=()):
        self.set("ca-file", self.pki.ca)
        self.set("crl-file", self.pki.revoke(*(certificate for certificate, _ in revoked)))
        self.set("client-certificates", mode)
        wait_until(lambda: self.asks_for_certificate() == (mode != "ignore"), 5, "not in force")
        self.wait_no_reason()

    def asks_for_certificate(self):
        """What the authorities are named for; a certificate that nobody asks for is not sent."""
        with relay(self.share) as port:
            told = openssl(port)
        return "CN=Test authority" in told.replace(" = ", "=")  # since OpenSSL 3.2 without spaces

    def gets_in(self, mine=None, **options):
        try:
            self.share.viewer(mine=mine, **options).wait_fence(b"in")
            return True
        except NOT_LET_IN:
            return False


@pytest.fixture(scope="module")
def certificates(shared_share):
    return Site(shared_share)


@pytest.fixture
def site(certificates, shared):
    certificates.wait_fingerprint(certificates.own)
    certificates.wait_no_reason()
    return certificates


class relay:  # pylint: disable=invalid-name
    """A local port for TLS clients that know nothing of RFB: what comes before TLS is said here."""

    def __init__(self, shared, subtype=login.X509_PLAIN):
        self.address = shared.daemon.address
        self.subtype = subtype

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.listener.close()

    def run(self):
        try:
            client = self.listener.accept()[0]
        except OSError:
            return
        wire = Wire(self.address)
        login.exchange_version(wire)
        login.read_security_types(wire)
        login.choose_vencrypt(wire)
        login.choose_subtype(wire, self.subtype)
        back = threading.Thread(target=self.copy, args=(wire.socket, client), daemon=True)
        back.start()
        self.copy(client, wire.socket)
        back.join()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def openssl(port, mine=None, version="-tls1_2"):
    mine = ("-cert", str(mine[0]), "-key", str(mine[1])) if mine else ()
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-ign_eof", *mine],
        input="x" * 8 + "\0\0\0\0", text=True, capture_output=True, timeout=30, check=False)
    return result.stdout + result.stderr


def gnutls_cli(port, mine, version):
    result = subprocess.run(
        ["gnutls-cli", "--insecure", "--port", str(port), "--x509certfile", str(mine[0]),
         "--x509keyfile", str(mine[1]), "--priority", f"NORMAL:-VERS-ALL:+VERS-{version}",
         "127.0.0.1"], input="x" * 8 + "\0\0\0\0", text=True, capture_output=True, timeout=30,
        check=False)
    return result.stdout + result.stderr


def readme(title):
    """The commands that the section begins with."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
    section = text.split(f"\n### {title}\n")[1].split("\n#")[0]
    block = re.search(r"(?:^    .+\n)+", section, re.M)[0]
    return "set -e\n" + block


def test_the_readme_leads_to_client_certificates(site, shared):
    """From nothing, in less than ten lines."""
    commands = readme("Client certificates")
    assert 1 < len(commands.splitlines()) - 1 < 10
    directory = shared.desktop.path("by-the-readme")
    directory.mkdir()
    subprocess.run(["sh", "-c", commands], cwd=directory, env=shared.desktop.environment,
                   check=True, capture_output=True, timeout=60)
    mine = (directory / "alice.pem", directory / "alice.key")
    wait_until(lambda: site.gets_in(mine), 5, "alice does not get in")
    assert not site.gets_in(None) and not site.gets_in(site.alice)
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   shared.daemon.user, "--certificate", shared.daemon.certificate,
                   "--client-certificate", mine[0], "--client-key", mine[1], address(shared))
    assert not shared.client_object(State="connected", User=shared.daemon.user)["ViewOnly"]
    finish(viewer)


# --- our own

def test_own_files_are_used_and_followed(site, shared):
    running = shared.viewer()
    certificate, key = site.pki.issue_for_server()
    site.set("certificate-file", certificate)
    site.set("private-key-file", key)
    site.wait_fingerprint(fingerprint(certificate))
    site.wait_no_reason()
    shared.viewer(certificate=str(site.pki.ca), host="localhost").settle()
    site.pki.issue_for_server()  # renewed, the key first
    site.wait_fingerprint(fingerprint(certificate))
    site.wait_no_reason()
    shared.viewer(certificate=str(site.pki.ca), host="127.0.0.1").settle()
    running.wait_fence(b"undisturbed")


def test_a_broken_new_file_leaves_the_old_in_use(site, shared):
    certificate, key = site.pki.issue_for_server("broken")
    site.set("certificate-file", certificate)
    site.set("private-key-file", key)
    old = fingerprint(certificate)
    site.wait_fingerprint(old)
    text = certificate.read_text()
    certificate.write_text(text[:200])
    site.wait_reason("broken.pem")
    assert shared.daemon.get("TlsFingerprint") == old
    shared.viewer(certificate=str(site.pki.ca)).settle()
    certificate.write_text(text)
    site.wait_no_reason()


def test_files_that_are_not_there_are_named(site, shared):
    site.set("certificate-file", "/nowhere/cert.pem")
    site.wait_reason("private-key-file")
    site.set("private-key-file", "/nowhere/key.pem")
    site.wait_reason("/nowhere/cert.pem")
    shared.daemon.stop()
    shared.daemon.spawn()
    shared.daemon.wait_listening()
    wait_until(lambda: shared.daemon.get("State") == "failed", 5, "it does not fail")
    with pytest.raises(Refused, match="certificate"):
        shared.viewer(certificate=None)
    for key in ("certificate-file", "private-key-file"):
        shared.daemon.reset_setting(key, TLS)
    wait_until(lambda: shared.daemon.get("State") == "listening", 5, "it does not recover")
    shared.viewer().settle()


def test_the_self_made_one_is_followed_too(site, shared):
    state = shared.desktop.path("state") / "gnome-desktop-sharing"
    old = (state / "cert.pem").read_bytes()
    (state / "cert.pem").unlink()
    wait_until(lambda: shared.daemon.get("TlsFingerprint") != site.own, 8, "no new one is made")
    (state / "cert.pem").write_bytes(old)
    site.wait_fingerprint(site.own)


@pytest.mark.parametrize("days, words", [(5, "expires on 20"), (-1, "has expired")])
def test_the_end_of_a_certificate_is_said(site, shared, days, words):
    certificate, key = site.pki.issue_for_server("ending", days)
    site.set("certificate-file", certificate)
    site.set("private-key-file", key)
    site.wait_reason(words)
    assert "ending.pem" in site.reason()


def test_priority(site, shared):
    def speaks(version):
        wire = Wire(shared.daemon.address)
        try:
            login.exchange_version(wire)
            login.read_security_types(wire)
            login.choose_vencrypt(wire)
            login.choose_subtype(wire, login.X509_PLAIN)
            wire.start_tls(version=version)
            return True
        except NOT_LET_IN:
            return False
        finally:
            wire.close()
    one_two, one_three = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    assert speaks(one_two) and speaks(one_three)
    site.set("priority", "SECURE128:-VERS-ALL:+VERS-TLS1.3")
    wait_until(lambda: not speaks(one_two), 5, "TLS 1.2 is still spoken")
    assert speaks(one_three)
    site.set("priority", "NORMAL:+NONSENSE")
    site.wait_reason("NONSENSE")
    assert speaks(one_three) and not speaks(one_two), "the narrower one of before stays"


# --- those of viewers

@pytest.mark.parametrize("security, mechanism", [
    ("x509-plain", None), ("x509-sasl", "SCRAM-SHA-256")])
@pytest.mark.parametrize("mode", ("ignore", "request", "require"))
def test_who_gets_in(site, shared, mode, security, mechanism):
    options = {"security": security, "mechanism": mechanism}
    site.want(mode, revoked=[site.bob])
    asked = mode != "ignore"
    assert site.gets_in(site.alice, **options)
    assert site.gets_in(None, **options) == (mode != "require")
    for bad in (site.bob, site.expired, site.foreign):
        assert site.gets_in(bad, **options) == (not asked), bad
    if asked:
        for words in ("revoked", "expired", "CN=alice"):
            assert words in shared.daemon.process.log_text()


@pytest.mark.parametrize("version", ("TLS1.2", "TLS1.3"))
def test_the_alert_arrives(site, shared, version):
    """A close alone would let a client of TLS 1.3 believe that all is well."""
    site.want("require", revoked=[site.bob])
    alerts = {site.foreign: ("unknown ca", "CA is unknown"),
              site.expired: ("certificate expired", "expired"),
              site.bob: ("certificate revoked", "revoked")}
    for mine, (to_openssl, to_gnutls) in alerts.items():
        with relay(shared) as port:
            told = openssl(port, mine, {"TLS1.2": "-tls1_2", "TLS1.3": "-tls1_3"}[version])
        assert f"alert {to_openssl}" in told, told
        with relay(shared) as port:
            told = gnutls_cli(port, mine, version)
        assert "alert" in told and to_gnutls in told, told
    with relay(shared) as port:
        assert "alert" not in openssl(port, site.alice, "-tls1_3")


def test_gtk_vnc_shows_its_certificate(site, shared):
    site.want("require")
    shared.daemon.set_setting("rules", f"[('control', 'x509:{ALICE}')]", ACCESS)
    file = shared.desktop.path("gtk.png")
    options = ("--user", shared.daemon.user, "--certificate", shared.daemon.certificate)
    mine = ("--client-certificate", site.alice[0], "--client-key", site.alice[1])
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", *options, *mine,
                   "--snapshot", file, address(shared))
    client = shared.client_object(State="connected", User=shared.daemon.user)
    assert client["SecurityType"] == "x509-sasl" and not client["ViewOnly"]
    finish(viewer)
    same_picture(picture(file), shared.screenshot())
    viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", *options,
                   address(shared))
    assert viewer.wait(60) == 1, "got in without one"


def test_requiring_without_an_authority_lets_nobody_in(site, shared):
    site.set("client-certificates", "require")
    site.wait_reason("ca-file")
    assert shared.daemon.get("State") == "failed"
    assert shared.daemon.get("TlsFingerprint") == site.own
    with pytest.raises(Refused, match="certificates"):
        shared.viewer(mine=site.alice)
    site.set("ca-file", "/nowhere/ca.pem")
    site.wait_reason("/nowhere/ca.pem")
    assert not site.gets_in(site.alice)
    site.set("ca-file", site.pki.ca)
    site.wait_no_reason()
    assert site.gets_in(site.alice)


def test_an_unknown_word_requires(site, shared):
    site.set("ca-file", site.pki.ca)
    site.set("client-certificates", "perhaps")
    site.wait_reason("perhaps")
    wait_until(site.asks_for_certificate, 5, "not in force")
    assert not site.gets_in(None)
    assert site.gets_in(site.alice)


def test_what_cannot_carry_a_certificate_is_not_offered(site, shared):
    shared.daemon.set_setting("security-types", "['none', 'tls-none', 'x509-plain']")
    shared.daemon.set_setting("rules", "[('control', 'anonymous'), ('control', '*')]", ACCESS)
    assert site.gets_in(None, security="none")
    site.set("ca-file", site.pki.ca)
    site.set("client-certificates", "require")
    site.wait_reason("tls-none is not offered")
    wait_until(site.asks_for_certificate, 5, "not in force")
    assert not site.gets_in(None, security="none")
    assert site.gets_in(site.alice)


def test_rules_know_certificates(site, shared):
    site.want("request")

    def allow(*patterns):
        rules = ", ".join(f"('control', '{pattern}')" for pattern in patterns)
        shared.daemon.set_setting("default", "'deny'", ACCESS)
        shared.daemon.set_setting("rules", f"[{rules}]", ACCESS)
        time.sleep(0.3)
    allow("x509:CN=alice,O=Example,C=GB")
    assert site.gets_in(site.alice) and not site.gets_in(site.bob) and not site.gets_in(None)
    allow("x509:C=GB, O=example, CN=*")
    assert site.gets_in(site.alice) and site.gets_in(site.bob) and not site.gets_in(None)
    allow("x509-sha256:" + fingerprint(site.bob[0]).lower())
    assert site.gets_in(site.bob) and not site.gets_in(site.alice)
    allow("x509:CN=alice")
    assert not site.gets_in(site.alice)


def test_running_sessions_end_with_their_certificate(site, shared):
    site.want("request")
    alice, bob, none = (shared.viewer(mine=mine) for mine in (site.alice, site.bob, None))
    site.pki.revoke(site.bob[0])
    assert bob.wire.wait_closed(8), "the session goes on"
    alice.wait_fence(b"not revoked")
    none.wait_fence(b"nothing to revoke")
    site.set("client-certificates", "require")
    assert none.wire.wait_closed(5), "the session goes on"
    alice.wait_fence(b"has one")
    foreign = site.foreign[0].parent / "ca.pem"
    site.set("ca-file", foreign)
    shared.daemon.reset_setting("crl-file", TLS)
    assert alice.wire.wait_closed(5), "the session goes on"
    wait_until(lambda: site.gets_in(site.foreign), 5, "the new authority is not believed")
    assert not site.gets_in(site.alice)


def test_a_broken_authority_file_leaves_the_old_in_use(site, shared):
    ca = shared.desktop.path("site-ca.pem")
    shutil.copy(site.pki.ca, ca)
    site.want("require")
    site.set("ca-file", ca)
    shared.daemon.reset_setting("crl-file", TLS)
    site.wait_no_reason()
    time.sleep(1)  # nothing tells when it has been read
    ca.write_text("half")
    site.wait_reason("site-ca.pem")
    assert site.gets_in(site.alice) and not site.gets_in(site.foreign) and not site.gets_in(None)


def test_264_is_with_the_certificate(site, shared):
    """What the specification calls X509SASL; viewers, which call 263 so, take it for TLS without a
    certificate, and no two that mean different things come together."""
    site.want("require")
    with relay(shared, login.X509_SASL_REGISTRY) as port:
        told = openssl(port, site.alice)
    assert "alert" not in told and "BEGIN CERTIFICATE" in told, told
    with relay(shared, login.X509_SASL_REGISTRY) as port:
        told = openssl(port, site.foreign)
    assert "alert unknown ca" in told, told
    with relay(shared, login.X509_SASL_REGISTRY) as port:
        told = gnutls_cli(port, site.alice, "TLS1.2:-KX-ALL:+ANON-DH:+ANON-ECDH")
    assert "handshake" in told.lower() and "alert" in told.lower(), told


def test_gtk_vnc_takes_264_for_something_else(shared, site):
    """It calls it TLSSASL and shows no suite with certificates; unasked it takes 263."""
    said = subprocess.run(
        [sys.executable, "-B", str(VIEWERS / "gvnc_subtype.py"), str(login.X509_SASL_REGISTRY),
         address(shared)], capture_output=True, text=True, timeout=60, check=True).stdout
    told = json.loads(said)
    assert {login.X509_SASL, login.X509_SASL_REGISTRY} <= set(told["offered"])
    assert told["end"].startswith(("vnc-error", "vnc-disconnected")), told
    assert "ended at stage tls: TLS handshake" in shared.daemon.process.log_text()
