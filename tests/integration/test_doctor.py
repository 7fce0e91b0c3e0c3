# SPDX-License-Identifier: GPL-2.0-or-later
"""`gnome-desktop-sharing doctor`: a healthy desktop has no fault, and when one thing is broken it finds
that, says the one next step, and waits for nothing."""
import json
import os
import platform
import pwd
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest
from gi.repository import GLib

from daemon import NAME, SCHEMA
from kdc import Kdc
from pki import Pki
from processes import wait_until
from test_login import SECRETS, SECRETS_PATH, unlock

SASL, TLS = f"{SCHEMA}.sasl", f"{SCHEMA}.tls"
LONGEST = 20  # seconds that it may take when something hangs, on a busy machine


def run(daemon, *options, **environment):
    return subprocess.run(["gnome-desktop-sharing", "doctor", *options], check=False, text=True,
                          env={**daemon.desktop.environment, **environment}, timeout=60,
                          capture_output=True)


class Report:
    def __init__(self, daemon, **environment):
        result = run(daemon, "--json", **environment)
        assert result.returncode in (0, 1) and result.stderr == "", result
        self.status = result.returncode
        self.all = json.loads(result.stdout)
        self.findings = self.all["Findings"]

    def checks(self, verdict):
        return sorted(each["Check"] for each in self.findings if each["Verdict"] == verdict)

    @property
    def faults(self):
        return self.checks("fault")

    def of(self, check):
        found = [each for each in self.findings if each["Check"] == check]
        assert len(found) == 1, self.findings
        return found[0]

    def expect_only_fault(self, check, next_step):
        """This one and no other, with what to do."""
        assert self.faults == [check], [f for f in self.findings if f["Verdict"] == "fault"]
        assert next_step in self.of(check)["Next"], self.of(check)
        assert self.status == 1 and self.all["Faults"] == 1


@pytest.fixture
def sick(shared):
    """A shared desktop that may be broken: processes come back, and so do the settings."""
    yield shared
    for name in ("portal", "pipewire"):
        shared.desktop.stop_process_by_signal(name, signal.SIGCONT)
    for schema in (SASL, TLS):
        shared.desktop.run("gsettings", "reset-recursively", schema)


# --- healthy

@pytest.mark.on("mutter", "sway")
def test_a_healthy_desktop_has_no_fault(shared):
    viewer = shared.viewer()
    viewer.settle()
    report = Report(shared.daemon)
    assert report.faults == [] and report.status == 0, report.findings
    assert report.all["Faults"] == 0
    assert report.all["Warnings"] == len(report.checks("warning"))
    assert {each["Check"] for each in report.findings} >= {
        "service", "settings", "locks", "portal", "permission", "pipewire", "session-manager",
        "keyring", "passwords", "certificate", "sasl", "port", "addresses", "keyboard", "films",
        "gnome"}
    for each in report.findings:
        assert set(each) == {"Check", "Verdict", "What", "Next"}
        assert each["What"] and bool(each["Next"]) == (each["Verdict"] != "ok"), each
    assert "ScreenCast" in report.of("portal")["What"]
    assert "WirePlumber" in report.of("session-manager")["What"]
    assert "libx264" in report.of("films")["What"]
    assert f"port {shared.daemon.address[1]}" in report.of("port")["What"]
    # Only this computer is listened to here. Sway takes no input, which the daemon says too.
    expected = {"addresses"} | ({"portal", "service"} if shared.desktop.kind == "sway" else set())
    assert set(report.checks("warning")) - {"permission"} == expected, report.findings


@pytest.mark.on("mutter")
def test_the_same_for_people(shared):
    result = run(shared.daemon)
    assert result.returncode == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    report = Report(shared.daemon)
    heads = [line for line in lines if not line.startswith(" ")]
    assert [head.split()[1] for head in heads] == [each["Check"] for each in report.findings]
    arrows = [line.strip() for line in lines if line.startswith(" ")]
    assert arrows == ["→ " + each["Next"] for each in report.findings if each["Next"]]


@pytest.mark.on("mutter")
def test_no_secret_is_shown(shared):
    text = run(shared.daemon).stdout + run(shared.daemon, "--json").stdout
    assert shared.daemon.password not in text and "SCRAM-SHA-256$" not in text


@pytest.mark.on("mutter")
def test_the_permission_that_was_given(shared):
    portal = Report(shared.daemon).of("portal")["What"]
    viewer = shared.viewer()
    viewer.settle()
    if "RemoteDesktop 1" in portal:
        assert "1.17" in Report(shared.daemon).of("permission")["Next"]
    else:
        wait_until(lambda: Report(shared.daemon).of("permission")["Verdict"] == "ok", 10,
                   "the permission is not kept")


@pytest.mark.on("mutter")
def test_without_the_daemon_which_is_not_started(fresh):
    fresh.daemon.control("disable")
    fresh.daemon.set_setting("port", "5977")  # 5900 is that of the shared one
    fresh.daemon.stop()
    marker = fresh.desktop.path("started")
    services = fresh.desktop.path("data") / "dbus-1/services"
    (services / f"{NAME}.service").write_text(
        f"[D-BUS Service]\nName={NAME}\nExec=/usr/bin/touch {marker}\n")
    fresh.desktop.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                       "ReloadConfig")
    report = Report(fresh.daemon)
    assert report.faults == [] and report.status == 0, report.findings
    assert "gnome-desktop-sharing enable" in report.of("service")["Next"]
    assert report.of("port")["What"] == "Port 5977 is free."
    fresh.daemon.set_setting("enabled", "true")
    Report(fresh.daemon).expect_only_fault("service", "start gnome-desktop-sharing")
    assert not marker.exists()
    (services / f"{NAME}.service").unlink()
    fresh.daemon.spawn()
    fresh.daemon.wait_listening()


# --- broken, one thing at a time

@pytest.mark.on("mutter")
def test_no_portal(sick):
    sick.desktop.processes.stop("portal")
    try:
        Report(sick.daemon).expect_only_fault("portal", "start xdg-desktop-portal")
    finally:
        sick.desktop.start_portal()


@pytest.mark.on("mutter")
def test_a_portal_that_does_not_answer(sick):
    sick.desktop.stop_process_by_signal("portal")
    began = time.monotonic()
    report = Report(sick.daemon)
    assert time.monotonic() - began < LONGEST
    assert "restart xdg-desktop-portal" in report.of("portal")["Next"]
    # PipeWire 1.4 waits for the portal within its own library
    assert report.faults in (["portal"], ["pipewire", "portal"])


@pytest.mark.on("mutter")
def test_no_session_manager(fresh):
    fresh.desktop.processes.stop("wireplumber")
    Report(fresh.daemon).expect_only_fault("session-manager", "start wireplumber")


@pytest.mark.on("mutter")
def test_no_pipewire(fresh):
    fresh.desktop.stop_process_by_signal("pipewire")
    began = time.monotonic()
    Report(fresh.daemon).expect_only_fault("pipewire", "restart pipewire")
    assert time.monotonic() - began < LONGEST
    fresh.desktop.stop_process_by_signal("pipewire", signal.SIGCONT)
    fresh.desktop.processes.stop("pipewire")
    Report(fresh.daemon).expect_only_fault("pipewire", "start pipewire.socket")


@pytest.mark.on("mutter")
def test_a_locked_keyring(sick):
    desktop, collection = sick.desktop, SECRETS_PATH + "/collection/login"
    desktop.call(SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service", "Lock",
                 GLib.Variant("(ao)", ([collection],)))
    try:
        Report(sick.daemon).expect_only_fault("keyring", "gnome-desktop-sharing list-users")
    finally:
        unlock(desktop, collection)


@pytest.mark.on("mutter")
def test_nobody_has_a_password(sick):
    sick.daemon.control("remove-user", sick.daemon.user)
    try:
        Report(sick.daemon).expect_only_fault("passwords", "gnome-desktop-sharing set-password")
    finally:
        sick.daemon.set_password(sick.daemon.user, sick.daemon.password)
    assert "1" in Report(sick.daemon).of("passwords")["What"]


@pytest.mark.on("mutter")
@pytest.mark.skipif(platform.freedesktop_os_release().get("VERSION_ID") == "13",
                    reason="libsecret 0.21 answers twice there and loses 89 bytes in the daemon")
def test_no_keyring_and_one_that_does_not_answer(fresh):
    fresh.desktop.stop_process_by_signal("keyring")
    Report(fresh.daemon).expect_only_fault("keyring", "Log out")
    fresh.desktop.stop_process_by_signal("keyring", signal.SIGCONT)
    fresh.desktop.processes.stop("keyring")
    Report(fresh.daemon).expect_only_fault("keyring", "Install gnome-keyring")


@pytest.mark.on("mutter")
@pytest.mark.parametrize("days, verdict", [(-2, "fault"), (5, "warning"), (300, "ok")])
def test_the_days_of_a_certificate(sick, days, verdict):
    pki = Pki(sick.desktop.path(f"pki{days}"))
    certificate, key = pki.issue_for_server(days=days)
    sick.daemon.set_setting("private-key-file", str(key), TLS)
    sick.daemon.set_setting("certificate-file", str(certificate), TLS)
    report = Report(sick.daemon)
    if verdict == "fault":
        report.expect_only_fault("certificate", f"Put a renewed certificate into {certificate}")
    else:
        assert report.faults == []
        assert report.of("certificate")["Verdict"] == verdict


@pytest.mark.on("mutter")
def test_a_key_of_another_certificate(sick):
    pki = Pki(sick.desktop.path("pki-other"))
    certificate, _key = pki.issue_for_server("one")
    _certificate, key = pki.issue_for_server("two")
    sick.daemon.set_setting("private-key-file", str(key), TLS)
    sick.daemon.set_setting("certificate-file", str(certificate), TLS)
    Report(sick.daemon).expect_only_fault("certificate", "org.gnome.desktop-sharing.tls")


@pytest.mark.on("mutter")
def test_a_keytab_that_cannot_be_read(sick):
    keytab = sick.desktop.path("closed-keytab")
    keytab.unlink(missing_ok=True)
    keytab.write_bytes(b"\5\2")
    keytab.chmod(0)
    sick.daemon.set_setting("keytab", str(keytab), SASL)
    user = pwd.getpwuid(os.getuid()).pw_name
    Report(sick.daemon).expect_only_fault("keytab", f"sudo chown {user}")
    keytab.chmod(0o600)
    Report(sick.daemon).expect_only_fault("keytab", f"ktadd -k {keytab} vnc/HOST")


@pytest.mark.on("mutter")
def test_a_keytab_of_somebody_else(sick):
    keytab = sick.desktop.path("doctor-keytab")
    with Kdc(sick.desktop.path("doctor-kdc")) as kdc:
        kdc.add_service("host/localhost", keytab)
        sick.daemon.set_setting("keytab", str(keytab), SASL)
        Report(sick.daemon).expect_only_fault("keytab", f"ktadd -k {keytab} vnc/HOST")
        kdc.add_service("vnc/localhost", keytab)
    report = Report(sick.daemon)
    assert report.faults == []
    assert "vnc/localhost@DESKTOP.TEST" in report.of("keytab")["What"]
    sick.daemon.set_setting("hostname", "elsewhere", SASL)
    Report(sick.daemon).expect_only_fault("keytab", f"ktadd -k {keytab} vnc/elsewhere")


@pytest.mark.on("mutter")
def test_a_keytab_on_a_file_system_that_hangs(sick):
    slow = sick.desktop.path("doctor-slow")
    os.mkfifo(slow)
    sick.daemon.set_setting("keytab", str(slow), SASL)
    began = time.monotonic()
    report = Report(sick.daemon)
    assert time.monotonic() - began < LONGEST
    assert report.faults == ["keytab"] and report.status == 1
    assert "hangs" in report.of("keytab")["What"]


def plugins_without(sick, *names):
    """A directory for SASL_PATH."""
    found = next(pathlib.Path("/usr/lib").glob("*/sasl2"))
    directory = sick.desktop.path("plugins-" + "-".join(names))
    shutil.copytree(found, directory, symlinks=True, ignore=lambda _d, files: [
        file for file in files if file.startswith(tuple("lib" + name for name in names))])
    return str(directory)


@pytest.mark.on("mutter")
def test_a_plug_in_is_absent(sick):
    Report(sick.daemon, SASL_PATH=plugins_without(sick, "scram")).expect_only_fault(
        "sasl", "libsasl2-modules.")
    sick.daemon.set_setting("mechanisms", "['GSSAPI', 'SCRAM-SHA-256']", SASL)
    with Kdc(sick.desktop.path("plug-in-kdc")) as kdc:
        keytab = sick.desktop.path("plug-in-keytab")
        kdc.add_service("vnc/localhost", keytab)
    sick.daemon.set_setting("keytab", str(keytab), SASL)
    assert Report(sick.daemon).faults == []
    report = Report(sick.daemon, SASL_PATH=plugins_without(sick, "gssapi"))
    report.expect_only_fault("sasl", "libsasl2-modules-gssapi-mit")
    assert "GSSAPI" in report.of("sasl")["What"]


@pytest.mark.on("mutter")
def test_the_port_is_taken(sick):
    sick.daemon.control("disable")
    with socket.create_server(("127.0.0.1", 5944)):
        sick.daemon.set_setting("port", "5944")
        report = Report(sick.daemon)
        assert report.faults == [] and report.of("port")["Verdict"] == "warning"
        assert f"(process {os.getpid()})" in report.of("port")["What"]
        sick.daemon.set_setting("negotiate-port", "false")
        Report(sick.daemon).expect_only_fault("port", "desktop-sharing port 5954")
        sick.daemon.control("enable", check=False)
        wait_until(lambda: sick.daemon.get("State") == "failed", 10, "shared in spite of it")
        Report(sick.daemon).expect_only_fault("port", "desktop-sharing port 5954")
        sick.daemon.set_setting("negotiate-port", "true")
        wait_until(lambda: sick.daemon.get("Endpoints") == ["tcp:127.0.0.1:5945"], 10,
                   "no other port")
        report = Report(sick.daemon)
        assert report.faults == [] and "5945" in report.of("port")["What"]


@pytest.mark.on("mutter")
def test_a_daemon_that_does_not_answer(fresh):
    fresh.desktop.stop_process_by_signal("daemon")
    try:
        began = time.monotonic()
        Report(fresh.daemon).expect_only_fault("service", "restart gnome-desktop-sharing")
        assert time.monotonic() - began < LONGEST
    finally:
        fresh.desktop.stop_process_by_signal("daemon", signal.SIGCONT)


@pytest.mark.on("mutter")
def test_outside_of_a_session(shared):
    report = Report(shared.daemon, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    report.expect_only_fault("service", "inside the desktop session")


@pytest.mark.on("mutter")
def test_a_setting_that_cannot_be_used(sick):
    sick.daemon.set_setting("monitors", "everything")
    try:
        report = Report(sick.daemon)
        assert report.faults == []
        assert report.of("settings")["Verdict"] == "warning"
        assert "“monitors” is “everything”" in report.of("settings")["What"]
    finally:
        sick.daemon.reset_setting("monitors")


# --- what an administrator and GNOME have to do with it

def test_locked_off(managed):
    before = Report(managed).faults
    path = "/org/gnome/desktop-sharing/"
    managed.desktop.site("[org/gnome/desktop-sharing]\nenabled=false\n", [path + "enabled"])
    report = Report(managed)
    assert set(report.faults) - set(before) == {"locks"}, report.findings
    assert "administrator" in report.of("locks")["Next"]
    managed.desktop.site("[org/gnome/desktop-sharing]\nview-only=true\n", [path + "view-only"])
    report = Report(managed)
    assert report.of("locks")["Verdict"] == "ok" and "view-only" in report.of("locks")["What"]


def test_gnome_shares_too(managed):
    schema = "org.gnome.desktop.remote-desktop.vnc"
    if schema not in managed.desktop.run("gsettings", "list-schemas").split():
        pytest.skip("GNOME has no VNC switch here")
    managed.set_setting("enable", "true", schema)
    try:
        report = Report(managed)
        assert report.of("gnome")["Verdict"] == "warning"
        assert f"gsettings set {schema} enable false" in report.of("gnome")["Next"]
    finally:
        managed.reset_setting("enable", schema)
