# SPDX-License-Identifier: GPL-2.0-or-later
"""The Remote Desktop switch of GNOME Settings shares the desktop by us too, beside the real
gnome-remote-desktop: first what Settings writes and starts, then by the real Settings itself."""
import os
import pathlib
import subprocess
import sys
import time

import pytest
from gi.repository import GLib

from daemon import NAME, log_in
from pki import Pki, fingerprint
from processes import wait_until
from rfb.client import Client
from rfb.wire import Closed, Refused
from service_manager import trouble
from settings_window import remote_desktop
from switched_desktop import OURS, SWITCH, THEIRS, SwitchedDesktop, UnitDaemon
from xdisplay import XDisplay

RDP = "org.gnome.desktop.remote-desktop.rdp"
RDP_SCHEMA = "org.gnome.RemoteDesktop.RdpCredentials"
SETTINGS = NAME + ".Settings"
VIEWERS = pathlib.Path(__file__).resolve().parent / "viewers"
USER, PASSWORD = "alice", "Secret-123"


class Gnome:
    """The session, with a daemon of the user's service manager in it."""

    def __init__(self, session, build):
        self.session = session
        self.manager = session.manager
        self.daemon = UnitDaemon(session, build).start()
        authority = Pki(session.path("authority"), "GNOME")
        self.certificate, self.key = authority.issue_for_server("GNOME")

    # --- what Settings does

    def write(self, key, value):
        self.session.run("gsettings", "set", RDP, key, value)

    def keep_credentials(self, user, password):
        """One item, replaced: no attribute but the schema."""
        subprocess.run(
            ["secret-tool", "store", "--label=GNOME Remote Desktop RDP credentials", "xdg:schema",
             RDP_SCHEMA], env=self.session.environment, text=True, check=True, timeout=20,
            input=GLib.Variant("a{sv}", {"username": GLib.Variant("s", user),
                                         "password": GLib.Variant("s", password)}).print_(False))

    def wait_kept(self, user, password):
        """Settings keeps what is typed somewhat later, and before it what it thought of itself."""
        def kept():
            text = self.session.run("secret-tool", "lookup", "xdg:schema", RDP_SCHEMA, check=False)
            return f"'{user}'" in text and f"'{password}'" in text
        wait_until(kept, 20, "Settings does not keep what was typed")

    def forget_credentials(self):
        self.session.run("secret-tool", "clear", "xdg:schema", RDP_SCHEMA)

    def switch_on(self):
        self.write("enable", "true")
        self.write("tls-cert", str(self.certificate))
        self.write("tls-key", str(self.key))
        self.manager.control("start", THEIRS)
        self.manager.control("enable", "--quiet", THEIRS)

    def switch_off(self):
        self.write("enable", "false")
        self.manager.control("stop", THEIRS)
        self.manager.control("disable", "--quiet", THEIRS)

    # --- what comes of it

    def wait_shared(self, *by):
        """Listens, and says by whom it was switched on. It may have to be started first."""
        self.daemon.wait(lambda: self.session.has_name(NAME), 10, "the daemon does not come")
        self.daemon.wait_listening()
        assert self.daemon.get("EnabledBy") == list(by) and self.daemon.get("Enabled")

    def wait_off(self):
        self.daemon.wait(lambda: self.daemon.get("State") == "disabled", 10, "still shared")
        assert self.daemon.get("EnabledBy") == [] and not self.daemon.get("Enabled")

    def wait_login(self, user, password, works=True):
        """By X509Plain. A refusal costs the next attempt time, so it is asked once."""
        if works:
            self.daemon.wait(lambda: not self.daemon.get("StatusReason"), 15, "nobody can log in")
        why_not = log_in(self.daemon.address, user, password)
        assert (why_not is None) == works, f"{user}: {why_not}\n{self.daemon.log_tail()}"

    def wait_reason(self, words):
        self.daemon.wait(lambda: words in self.daemon.get("StatusReason"), 10, f"no word of {words}")

    def is_rdp_open(self):
        return "LISTEN" in self.session.run("ss", "-Hltn", "sport = :3389")

    def viewer(self, user=USER, password=PASSWORD):
        return Client(self.daemon.address, user, password)

    def wait_rights(self, view_only):
        self.daemon.wait(lambda: [each["ViewOnly"] for each in self.daemon.clients()] == [view_only],
                         5, f"ViewOnly is not {view_only}")

    def reset(self):
        self.switch_off()
        for key in ("view-only", "tls-cert", "tls-key"):
            self.session.run("gsettings", "reset", RDP, key)
        self.session.run("dconf", "reset", "-f", "/org/gnome/desktop-sharing/")
        self.daemon.set_setting("listen-addresses", "['127.0.0.1']")
        self.daemon.control("remove-user", USER, check=False)
        self.keep_credentials(USER, PASSWORD)
        self.wait_off()


@pytest.fixture(scope="module")
def gnome_session(build):
    if trouble():
        pytest.skip(trouble())
    with SwitchedDesktop() as session:
        gnome = Gnome(session, build)
        yield gnome
        log = session.log_file.read_text(errors="replace")
        assert gnome.daemon.stop() == "success", log[-4000:]
        assert "Sanitizer" not in log and "runtime error" not in log, log[-6000:]


@pytest.fixture
def gnome(gnome_session):
    gnome_session.reset()
    return gnome_session


# --- what Settings writes and starts


def test_sharing_follows_the_switch(gnome):
    for _ in range(2):
        gnome.switch_on()
        gnome.wait_shared("gnome-settings")
        gnome.wait_login(USER, PASSWORD)
        assert gnome.manager.state(THEIRS) == "active" and gnome.manager.state(SWITCH) == "active"
        wait_until(gnome.is_rdp_open, 10, "gnome-remote-desktop does not listen")
        gnome.switch_off()
        gnome.wait_off()
        assert gnome.manager.state(SWITCH) == "inactive"
    assert gnome.manager.state(OURS) == "active"  # and still answers


def test_our_own_switch_is_another(gnome):
    gnome.daemon.set_setting("enabled", "true")
    gnome.wait_shared("settings")
    gnome.switch_on()
    gnome.daemon.wait(lambda: gnome.daemon.get("EnabledBy") == ["settings", "gnome-settings"], 5,
                      "GNOME's switch is not told of")
    gnome.switch_off()
    gnome.daemon.wait(lambda: gnome.daemon.get("EnabledBy") == ["settings"], 5,
                      "GNOME's switch is still told of")
    assert gnome.daemon.get("State") != "disabled"


def test_a_daemon_that_comes_later_finds_it_on(gnome):
    gnome.manager.control("stop", OURS)
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    gnome.manager.control("restart", OURS)
    gnome.wait_shared("gnome-settings")


def test_what_is_disabled_here_stays_off_until_the_switch_is_moved(gnome):
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    gnome.daemon.control("disable")
    gnome.wait_off()
    assert gnome.manager.state(THEIRS) == "active"
    assert gnome.session.run("gsettings", "get", RDP, "enable").strip() == "true"
    gnome.manager.control("restart", OURS)
    gnome.wait_off()
    gnome.switch_off()
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")


def test_follow_gnome_settings(gnome):
    gnome.daemon.set_setting("follow-gnome-settings", "false")
    gnome.switch_on()
    wait_until(lambda: gnome.manager.state(SWITCH) == "active", 5, "the unit does not start")
    time.sleep(0.3)
    gnome.wait_off()
    gnome.daemon.set_setting("follow-gnome-settings", "true")
    gnome.wait_shared("gnome-settings")


def test_remote_control_is_live(gnome):
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    gnome.wait_login(USER, PASSWORD)
    with gnome.viewer() as viewer:
        gnome.wait_rights(True)
        for control in (True, False, True):
            gnome.write("view-only", "false" if control else "true")
            gnome.wait_rights(not control)
        gnome.daemon.set_setting("view-only", "true")  # ours wins
        gnome.wait_rights(True)
        viewer.fence(b"still here")


def test_the_password_is_followed(gnome):
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    gnome.wait_login(USER, PASSWORD)
    gnome.keep_credentials("carol", "Other-456")
    time.sleep(1)
    gnome.wait_login("carol", "Other-456")
    gnome.wait_login(USER, PASSWORD, works=False)


def test_an_empty_password_lets_nobody_in(gnome):
    gnome.keep_credentials(USER, "")
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    gnome.wait_reason("The password in GNOME Settings is empty")
    for password in ("", PASSWORD):
        with pytest.raises((Refused, Closed)):
            gnome.viewer(password=password)
    gnome.forget_credentials()
    gnome.wait_reason("GNOME Settings keeps no user name")


def test_the_login_goes_with_the_switch(gnome):
    gnome.daemon.set_password("bob", "bobs own")
    gnome.daemon.set_setting("enabled", "true")
    gnome.switch_on()
    gnome.daemon.wait(lambda: "gnome-settings" in gnome.daemon.get("EnabledBy"), 10, "not on")
    gnome.wait_shared("settings", "gnome-settings")
    gnome.wait_login(USER, PASSWORD)
    gnome.switch_off()
    gnome.daemon.wait(lambda: gnome.daemon.get("EnabledBy") == ["settings"], 5, "still on")
    gnome.wait_login("bob", "bobs own")
    gnome.wait_login(USER, PASSWORD, works=False)
    gnome.daemon.control("remove-user", "bob")


def test_it_is_no_password_of_vnc_authentication(gnome):
    gnome.daemon.set_setting("security-types", "['x509-vnc']")
    gnome.switch_on()
    gnome.daemon.wait(lambda: gnome.daemon.get("EnabledBy"), 10, "not on")
    gnome.wait_reason("No VNC password is set")


def test_the_certificate_is_the_one_that_settings_shows(gnome):
    gnome.daemon.set_setting("enabled", "true")
    gnome.wait_shared("settings")
    ours = gnome.daemon.get("TlsFingerprint")
    gnome.switch_on()
    gnome.daemon.wait(
        lambda: gnome.daemon.get("TlsFingerprint") == fingerprint(gnome.certificate), 10,
        "another certificate is shown")
    gnome.daemon.save_certificate()  # and that is what viewers see
    gnome.switch_off()
    gnome.daemon.wait(lambda: gnome.daemon.get("TlsFingerprint") == ours, 10,
                      "our own does not come back")


def test_nothing_of_gnomes_is_written(gnome):
    def theirs():
        return gnome.session.run("dconf", "dump", "/org/gnome/desktop/remote-desktop/")
    gnome.switch_on()
    gnome.wait_shared("gnome-settings")
    before = theirs()
    gnome.daemon.control("disable")
    gnome.daemon.control("enable")
    gnome.daemon.set("ViewOnly", GLib.Variant("b", True), interface=SETTINGS)
    gnome.wait_shared("settings", "gnome-settings")
    assert theirs() == before and "enable=true" in before


# --- without a service manager, and under an administrator


@pytest.fixture
def alone(managed):
    """Where nothing can be started, the keys decide."""
    managed.set_setting("enabled", "false")
    managed.wait(lambda: managed.get("State") == "disabled", 5, "still shared")
    yield managed
    managed.desktop.run("dconf", "reset", "-f", "/org/gnome/desktop/remote-desktop/")


def write_key(managed, key, value):
    managed.desktop.run("dconf", "write", f"/org/gnome/desktop/remote-desktop/rdp/{key}", value)


def wait_by(managed, *by):
    managed.wait(lambda: managed.get("EnabledBy") == list(by), 5, f"it is not {by}")
    managed.wait(lambda: (managed.get("State") == "disabled") == (not by), 5, "shared or not?")


def test_the_key_is_followed_where_nothing_can_be_started(alone):
    for value, by in (("true", ["gnome-settings"]), ("false", []), ("true", ["gnome-settings"])):
        write_key(alone, "enable", value)
        wait_by(alone, *by)
    alone.control("disable")
    wait_by(alone)
    write_key(alone, "view-only", "false")
    wait_by(alone)
    alone.control("enable")
    wait_by(alone, "settings", "gnome-settings")


def test_a_lock_is_above_the_switch(alone):
    alone.desktop.run("dconf", "reset", "/org/gnome/desktop-sharing/enabled")
    write_key(alone, "enable", "true")
    wait_by(alone, "gnome-settings")
    alone.desktop.site("[org/gnome/desktop-sharing]\nenabled=false\n",
                       ["/org/gnome/desktop-sharing/enabled"])
    wait_by(alone)
    alone.desktop.site("[org/gnome/desktop-sharing]\nfollow-gnome-settings=false\n",
                       ["/org/gnome/desktop-sharing/follow-gnome-settings"])
    wait_by(alone)
    alone.desktop.site()
    wait_by(alone, "gnome-settings")


def test_view_only_of_the_site_is_not_widened(alone):
    def wait_view_only(value):
        alone.wait(lambda: [each["ViewOnly"] for each in alone.clients()
                            if each["State"] == "connected"] == [value], 5, f"it is not {value}")
    write_key(alone, "enable", "true")
    write_key(alone, "view-only", "false")
    alone.wait_listening()
    with Client(alone.address, alone.user, alone.password):
        wait_view_only(False)
        alone.desktop.site("[org/gnome/desktop-sharing]\nview-only=true\n")
        wait_view_only(True)
        alone.desktop.site()
        wait_view_only(False)


# --- in place of gnome-remote-desktop


def test_the_replacement_is_what_the_switch_starts(gnome):
    gnome.session.install_units(gnome.daemon.build, replace=True)
    try:
        for _ in range(2):
            gnome.switch_on()
            gnome.wait_shared("gnome-settings")
            gnome.wait_login(USER, PASSWORD)
            assert gnome.manager.state(THEIRS) == "active"
            assert gnome.manager.control("is-enabled", THEIRS) == "enabled"
            assert not gnome.is_rdp_open()
            gnome.switch_off()
            gnome.wait_off()
    finally:
        gnome.session.install_units(gnome.daemon.build)


# --- the real Settings


@pytest.fixture(scope="module")
def display():
    with XDisplay(1280, 1000) as shown:
        yield shown


def tigervnc(gnome, certificate):
    """What a stock viewer says; it shows the desktop, or fails."""
    environment = {**os.environ, "VNC_USERNAME": USER, "VNC_PASSWORD": PASSWORD}
    host, port = gnome.daemon.address
    return subprocess.run(
        [sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate", certificate,
         f"{host}:{port}", "--wait", "1"], env=environment, timeout=60, check=False,
        capture_output=True, text=True)


def test_by_the_hands_of_a_person(gnome, display):
    gnome.forget_credentials()
    with remote_desktop(gnome.session, display) as window:
        assert not window.is_on(window.SHARING)
        window.type_into(window.USER_NAME, USER)
        window.type_into("Password", PASSWORD)
        gnome.wait_kept(USER, PASSWORD)
        window.turn(window.SHARING, True)
        gnome.wait_shared("gnome-settings")
        gnome.wait_login(USER, PASSWORD)
        wait_until(gnome.is_rdp_open, 20, "gnome-remote-desktop does not listen")

        gnome.daemon.save_certificate()
        viewer = tigervnc(gnome, gnome.daemon.certificate)
        assert viewer.returncode == 0, viewer.stderr

        with gnome.viewer():
            gnome.wait_rights(True)
            for control in (True, False):
                window.turn("Remote Control", control)
                gnome.wait_rights(not control)

        for on in (False, True):
            window.turn(window.SHARING, on)
            if on:
                gnome.wait_shared("gnome-settings")
                gnome.wait_login(USER, PASSWORD)
            else:
                gnome.wait_off()
            wait_until(lambda on=on: gnome.is_rdp_open() == on, 20, "gnome-remote-desktop stays")
        assert window.fingerprint() == gnome.daemon.get("TlsFingerprint")


def test_settings_shows_what_it_has_switched_when_it_is_opened_again(gnome, display):
    for on in (True, False):
        with remote_desktop(gnome.session, display) as window:
            window.turn(window.SHARING, on)
        if on:
            gnome.wait_shared("gnome-settings")
        else:
            gnome.wait_off()
    with remote_desktop(gnome.session, display) as window:
        assert not window.is_on(window.SHARING)
