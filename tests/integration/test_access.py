# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may come in: the rules of the settings, at login and under running sessions."""
import os
import pwd
import subprocess
import sys
import time

import pytest
from gi.repository import GLib

from processes import wait_until
from rfb.wire import Closed, Refused
from test_certificates import readme
from test_login import can_log_in
from test_viewers import VIEWERS, address, finish, start

pytestmark = pytest.mark.on("mutter")
ACCESS = "org.gnome.desktop-sharing.access"
CLIENT = "org.gnome.DesktopSharing.Client"


def allow(shared, rules, otherwise="deny"):
    """Sets the rules, and gives them time to arrive."""
    shared.daemon.set_setting("default", f"'{otherwise}'", ACCESS)
    shared.daemon.set_setting("rules", rules, ACCESS)
    time.sleep(0.3)


def refusal(shared, **options):
    with pytest.raises(Refused) as refused:
        shared.viewer(**options)
    return str(refused.value)


def view_only(shared):
    return [client["ViewOnly"] for client in shared.daemon.clients()]


def journal(shared):
    return shared.daemon.process.log_text()


def test_the_defaults_let_password_users_control(shared):
    shared.viewer().settle()
    assert view_only(shared) == [False]


@pytest.mark.parametrize("security, mechanism", [
    ("x509-plain", None), ("x509-sasl", "SCRAM-SHA-256"), ("x509-sasl", "PLAIN")])
def test_who_is_denied_is_told_after_his_password_only(shared, security, mechanism):
    allow(shared, "[('deny', 'password:view*'), ('control', '*')]")
    assert "not allowed" in refusal(shared, security=security, mechanism=mechanism)
    wrong = refusal(shared, security=security, mechanism=mechanism, password="wrong",
                    source="127.0.9.9")
    assert "not allowed" not in wrong
    assert "viewer at 127.0.0.1" in journal(shared)
    assert "is refused: rule 1 (deny password:view*)" in journal(shared)


def test_asking_is_refusing_while_nobody_can_be_asked(shared):
    allow(shared, "[('ask', 'viewer')]", "control")
    asked = refusal(shared)
    assert "agree" in asked
    allow(shared, "[]", "ask")
    assert refusal(shared) == asked


@pytest.mark.parametrize("rules, otherwise, lets_in", [
    ("[('control', 'viewer')]", "deny", True),
    ("@a(ss) []", "control", True),
    ("@a(ss) []", "deny", False),
    ("[('control', 'viewer@EXAMPLE.TEST'), ('control', 'kerberos:*')]", "deny", False),
    ("[('control', 'VIEWER'), ('control', 'viewe'), ('control', 'vnc-password'), "
     "('control', 'anonymous'), ('control', 'x509:*')]", "deny", False),
    ("[('deny', 'host:127.0.0.0/8'), ('control', '*')]", "control", False),
    ("[('deny', 'host:10.0.0.0/8'), ('control', 'host:127.0.0.1')]", "deny", True),
])
def test_rules(shared, rules, otherwise, lets_in):
    allow(shared, rules, otherwise)
    assert can_log_in(shared, shared.daemon.user, shared.daemon.password, None) == lets_in


def test_networks_tell_viewers_apart(shared):
    allow(shared, "[('view', 'host:127.0.8.0/24'), ('control', 'host:127.0.0.1')]")
    shared.viewer(source="127.0.8.7")
    wait_until(lambda: view_only(shared) == [True], 5, "does more than look")
    shared.viewer()
    wait_until(lambda: sorted(view_only(shared)) == [False, True], 5, "does not control")
    refusal(shared, source="127.0.10.7")


def test_who_may_look_only_looks_only(shared):
    allow(shared, "[('view', 'viewer')]")
    viewer = shared.viewer()
    viewer.settle()
    client = shared.client_object(State="connected")
    assert client["ViewOnly"]
    viewer.type("not to be seen\n")
    with pytest.raises(GLib.Error, match="NotAllowed"):
        shared.daemon.set("ViewOnly", GLib.Variant("b", False), client["path"], CLIENT)
    viewer.wait_fence(b"done")
    time.sleep(0.5)
    assert "not to be seen" not in shared.typed()
    assert view_only(shared) == [True]


def test_a_running_session_follows_the_rules(shared):
    viewer = shared.viewer()
    viewer.settle()
    shared.wake_keyboard(viewer)
    viewer.type("before\n")
    shared.wait_typed("before\n")
    allow(shared, "[('view', 'viewer')]")
    wait_until(lambda: view_only(shared) == [True], 2, "still controls")
    viewer.type("between\n")
    viewer.wait_fence(b"typed")
    allow(shared, "[('control', 'viewer')]")
    wait_until(lambda: view_only(shared) == [False], 2, "does not control again")
    viewer.type("after\n")
    shared.wait_typed("after\n")
    assert "between" not in shared.typed()
    for line in ("can only look now", "can control now"):
        assert line in journal(shared)
    allow(shared, "[('control', 'somebody-else')]")
    assert viewer.wire.wait_closed(3), "the session goes on"
    assert "is not let in any more: no rule matches" in journal(shared)
    assert shared.daemon.clients() == []


def test_what_still_holds_is_not_touched(shared):
    viewer = shared.viewer()
    viewer.settle()
    allow(shared, "[('deny', 'mallory'), ('control', 'view*')]")
    viewer.wait_fence(b"still here")
    assert view_only(shared) == [False]


def test_a_rule_that_makes_no_sense_denies_and_is_named(shared):
    viewer = shared.viewer()
    allow(shared, "[('deny', 'passwrd:mallory'), ('control', '*')]", "control")
    wait_until(lambda: "passwrd:mallory" in shared.daemon.get("StatusReason"), 5, "not named")
    assert viewer.wire.wait_closed(3), "the session goes on"
    refusal(shared)
    allow(shared, "[('control', 'viewer'), ('deny', 'passwrd:mallory')]")
    shared.viewer().settle()
    allow(shared, "[('allow', 'viewer')]", "everybody")
    refusal(shared)
    wait_until(lambda: "everybody" in shared.daemon.get("StatusReason"), 5, "not named")
    for key in ("rules", "default"):
        shared.daemon.reset_setting(key, ACCESS)
    wait_until(lambda: shared.daemon.get("StatusReason") == "", 5, "the reason stays")


def test_groups(shared):
    """The password user that has the name of an account is in its groups; others are in none."""
    me = pwd.getpwuid(os.getuid()).pw_name
    group = subprocess.run(["id", "-gn", me], check=True, text=True,
                           capture_output=True).stdout.strip()
    shared.daemon.set_password(me, "secret")
    wait_until(lambda: can_log_in(shared, me, "secret", "127.0.4.5"), 5, "not at once")
    allow(shared, f"[('control', 'group:{group}')]")
    shared.viewer(user=me, password="secret").settle()
    assert view_only(shared) == [False]
    refusal(shared)
    allow(shared, f"[('deny', 'group:{group[:-1]}?'), ('control', '*')]")
    wait_until(lambda: not shared.daemon.clients(), 5, "the session goes on")
    refusal(shared, user=me, password="secret")
    shared.viewer().settle()
    # It may be one of a directory that is away.
    allow(shared, "[('deny', 'group:no-such-group-here'), ('control', '*')]")
    assert "cannot be found out" in refusal(shared)
    allow(shared, "[('control', 'group:no-such-group-here'), ('view', '*')]")
    shared.viewer().settle()
    assert view_only(shared) == [True]
    shared.daemon.control("remove-user", me)


def test_the_readme_leads_to_a_password_user(shared, monkeypatch):
    commands = readme("A password user")
    assert "set-password alice" in commands
    for line in commands.splitlines()[1:]:
        subprocess.run(["sh", "-ec", line], env=shared.desktop.environment, check=True, timeout=30,
                       input="secret\n", text=True, capture_output=True)
    wait_until(lambda: can_log_in(shared, "alice", "secret", "127.0.4.6"), 5, "not at once")
    monkeypatch.setattr(shared.daemon, "user", "alice")
    monkeypatch.setattr(shared.daemon, "password", "secret")
    viewer = start(shared, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                   shared.daemon.certificate, address(shared))
    assert not shared.client_object(State="connected", User="alice")["ViewOnly"]
    finish(viewer)
    shared.daemon.control("remove-user", "alice")


def test_refusals_are_no_guesses(shared):
    allow(shared, "[('deny', 'viewer')]")
    for _ in range(8):
        assert "not allowed" in refusal(shared, source="127.0.11.1")
    allow(shared, "[('control', 'viewer')]")
    shared.viewer(source="127.0.11.1").settle()


def test_nobody_controls_under_view_only_whatever_the_rules_say(shared):
    shared.daemon.set_setting("view-only", "true")
    allow(shared, "[('control', '*')]")
    shared.viewer().settle()
    assert view_only(shared) == [True]
    with pytest.raises((Refused, Closed)):
        allow(shared, "[('deny', '*')]")
        shared.viewer()
