# SPDX-License-Identifier: GPL-2.0-or-later
"""What the session at the desk does for its viewers: stays on, is locked, is not shown locked."""
import signal
import time

import pytest

from gnome_session import GnomeSession
from person import Person
from processes import wait_until
from share import same_picture

pytestmark = pytest.mark.on("mutter")


@pytest.fixture(autouse=True)
def as_it_was(shared):
    yield
    for key in ("inhibit-idle", "lock-on-disconnect", "idle-timeout"):
        shared.daemon.reset_setting(key)


@pytest.fixture(scope="module")
def gnome(shared_share):
    session = GnomeSession(shared_share.desktop)
    yield session
    session.stop()


@pytest.fixture
def person(shared):
    someone = Person(shared.desktop)
    yield someone
    someone.leave()


def wait_connected(shared, count):
    wait_until(lambda: len(shared.daemon.clients()) == count, 5, f"not {count} viewers")


def wait_setting(shared, key, prop, value):
    shared.daemon.set_setting(key, value)
    wait_until(lambda: str(shared.daemon.get(
        prop, interface="org.gnome.DesktopSharing.Settings")).lower() == value.split()[-1], 5,
               f"{key} does not come")


# --- inhibit-idle


def test_the_screen_stays_on_while_somebody_looks(shared, gnome):
    assert not gnome.inhibited()
    viewers = [shared.viewer() for _ in range(2)]
    wait_until(gnome.inhibited, 5, "the screen may go dark under a viewer")
    assert gnome.inhibitors() == [
        ("org.gnome.DesktopSharing", "Somebody is looking at this desktop")]
    viewers[0].close()
    wait_connected(shared, 1)
    assert gnome.inhibited()
    viewers[1].close()
    wait_until(lambda: not gnome.inhibited(), 5, "the screen stays on for nobody")


def test_who_logs_in_keeps_nothing_on(shared, gnome):
    shared.set_access("[('deny', '*')]", "deny")
    with pytest.raises(Exception, match="."):
        shared.viewer()
    assert not gnome.inhibited()


def test_inhibit_idle_acts_at_once(shared, gnome):
    wait_setting(shared, "inhibit-idle", "InhibitIdle", "false")
    shared.viewer().settle()
    assert not gnome.inhibited()
    wait_setting(shared, "inhibit-idle", "InhibitIdle", "true")
    wait_until(gnome.inhibited, 5, "not from now on")
    wait_setting(shared, "inhibit-idle", "InhibitIdle", "false")
    wait_until(lambda: not gnome.inhibited(), 5, "still kept on")


def test_a_session_manager_that_comes_later(shared, gnome):
    shared.viewer().settle()
    wait_until(gnome.inhibited, 5, "the screen may go dark under a viewer")
    gnome.stop()
    gnome.start()
    wait_until(gnome.inhibited, 5, "the new one was not told")


# --- lock-on-disconnect


def test_is_locked_when_the_last_one_leaves(shared, person):
    wait_setting(shared, "lock-on-disconnect", "LockOnDisconnect", "true")
    viewers = [shared.viewer() for _ in range(2)]
    wait_connected(shared, 2)
    viewers[0].close()
    wait_connected(shared, 1)
    time.sleep(0.3)
    assert not person.locked()
    viewers[1].close()
    wait_until(person.locked, 5, "it lies open")
    person.lock(False)


def test_is_not_locked_without_the_setting(shared, person):
    shared.viewer().close()
    wait_connected(shared, 0)
    time.sleep(0.3)
    assert not person.locked()


def test_is_locked_when_sharing_is_switched_off(shared, person):
    wait_setting(shared, "lock-on-disconnect", "LockOnDisconnect", "true")
    shared.viewer().settle()
    shared.daemon.control("disable")
    wait_until(person.locked, 5, "it lies open")
    person.lock(False)


def test_that_nothing_locks_is_told(shared):
    wait_setting(shared, "lock-on-disconnect", "LockOnDisconnect", "true")

    def told():
        return "could not be locked" in shared.daemon.get("StatusReason")
    shared.viewer().close()
    wait_until(told, 10, "nobody is told that the desktop lies open")
    someone = Person(shared.desktop)
    shared.viewer().close()
    wait_until(lambda: not told(), 10, "told although it is locked")
    assert someone.locked()
    someone.leave()


@pytest.mark.parametrize("options", [{}], ids=["plain"])
def test_is_locked_when_the_daemon_ends(fresh, options):
    someone = Person(fresh.desktop)
    wait_setting(fresh, "lock-on-disconnect", "LockOnDisconnect", "true")
    fresh.viewer().settle()
    began = time.monotonic()
    fresh.daemon.process.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: not fresh.daemon.process.alive(), 5, "does not end")
    assert time.monotonic() - began < 2 and someone.locked()
    fresh.daemon.start()


# --- idle-timeout


def test_who_does_nothing_is_disconnected(shared):
    wait_setting(shared, "idle-timeout", "IdleTimeout", "uint32 2")
    idle, asking, typing = (shared.viewer() for _ in range(3))
    began = time.monotonic()
    while not idle.closed_within(0.3):
        asking.request()
        typing.pointer(5, 5)
        # what is no activity
        idle.fence(b"alive")
        assert time.monotonic() - began < 8, "stays"
    assert time.monotonic() - began > 1.5
    asking.wait_fence(b"asking")
    typing.wait_fence(b"typing")
    assert "was idle for too long" in shared.daemon.process.log_text()


def test_idle_timeout_acts_at_once(shared):
    viewer = shared.viewer()
    viewer.settle()
    shared.daemon.set_setting("idle-timeout", "uint32 1")
    assert viewer.closed_within(6)


# --- a locked screen


@pytest.mark.parametrize("options", [{}], ids=["plain"])
def test_a_locked_screen_comes_back_by_itself(fresh, options):
    """GNOME ends every cast when it locks the screen, and refuses new ones until it is unlocked."""
    def starts():
        return [e for e in fresh.desktop.portal_log()
                if e["event"] == "call" and e["method"] == "Start"]
    someone = Person(fresh.desktop)
    viewer = fresh.viewer()
    desktop = viewer.settle()
    someone.lock(True)
    fresh.desktop.user_decides("response", 2)
    fresh.desktop.user_stops_sharing()
    viewer.wait_for(lambda rgb: rgb.shape != desktop.shape or (rgb != desktop).any(), 10, "a card")
    wait_until(lambda: "locked" in fresh.daemon.get("StatusReason"), 5, "nothing says why")
    later = fresh.viewer()
    time.sleep(3)
    assert len(starts()) == 1, "it is asked for in vain"
    someone.lock(False)
    fresh.desktop.user_decides("response", 0)
    for each in (viewer, later):
        each.wait_for(lambda rgb: rgb.shape == desktop.shape and (rgb == desktop).all(), 15,
                      "the picture once it is unlocked")
    same_picture(viewer.settle(), fresh.screenshot())
    assert fresh.daemon.get("StatusReason") == ""
