# SPDX-License-Identifier: GPL-2.0-or-later
"""logind: it locks the screen where no screen saver does, and tells when another user is at it."""
import time

import pytest
from gi.repository import GLib

from desktop_mutter import MutterDesktop
from login_manager import LoginManager
from person import Person
from processes import wait_until
from real_settings import RealSettings
from rfb.client import SHIFT
from rfb.wire import Refused
from share import Share, same_picture
from test_input import held_keys


class SeatedDesktop(RealSettings, MutterDesktop):
    """With a bus of the system, on which there may be a logind."""

    def private_environment(self):
        environment = super().private_environment()
        environment["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={self.path('run')}/system-bus"
        return environment

    def start(self):
        self.start_system_bus()
        super().start()


@pytest.fixture(scope="module")
def seated(build):
    with Share(SeatedDesktop(), build) as share:
        yield share
        share.check_clean_end()


@pytest.fixture
def seat(seated):
    seated.reset()
    yield seated
    seated.close_clients()
    for key in ("lock-on-disconnect", "ask-always"):
        seated.daemon.reset_setting(key)


@pytest.fixture
def logind(seat):
    manager = LoginManager(seat.desktop)
    yield manager
    manager.stop()
    wait_until(lambda: "Another user" not in seat.daemon.get("StatusReason"), 5, "still away")


def lock_when_left(seat):
    seat.daemon.set_setting("lock-on-disconnect", "true")
    wait_until(lambda: seat.daemon.get(
        "LockOnDisconnect", interface="org.gnome.DesktopSharing.Settings"), 5, "it does not come")
    viewer = seat.viewer()
    viewer.settle()
    viewer.close()


def reason_has(seat, words):
    wait_until(lambda: words in seat.daemon.get("StatusReason"), 5,
               f"no {words!r} in {seat.daemon.get('StatusReason')!r}")


# --- lock-on-disconnect


def test_logind_locks_where_no_screen_saver_does(seat, logind):
    lock_when_left(seat)
    wait_until(lambda: logind.locked() == 1, 5, "it lies open")
    wait_until(lambda: not seat.daemon.get("StatusReason"), 5, "told although it is locked")


def test_a_screen_saver_is_asked_first(seat, logind):
    someone = Person(seat.desktop)
    lock_when_left(seat)
    wait_until(someone.locked, 5, "it lies open")
    assert logind.locked() == 0
    someone.leave()


def test_that_logind_refuses_is_told(seat, logind):
    logind.call("RefuseLocks")
    lock_when_left(seat)
    reason_has(seat, "could not be locked")
    assert logind.locked() == 0
    seat.daemon.reset_setting("lock-on-disconnect")
    wait_until(lambda: not seat.daemon.get("StatusReason"), 5, "it is still told")


# --- another user at the screen


def wait_card(viewer, desktop):
    viewer.wait_for(lambda rgb: rgb.shape != desktop.shape or (rgb != desktop).any(), 5, "a card")


def test_another_user_sees_to_it_that_nothing_is_shown_or_typed(seat, logind):
    seat.show_typing_terminal()
    viewer = seat.viewer()
    desktop = viewer.settle()
    seat.wake_keyboard(viewer)
    viewer.key(SHIFT, True)
    wait_until(lambda: held_keys(seat), 5, "the key is not held")

    logind.set_active(False)
    wait_card(viewer, desktop)
    reason_has(seat, "Another user is at the screen")
    wait_until(lambda: not held_keys(seat), 5, "the key is still held")
    viewer.type("unseen\n")
    viewer.wait_fence(b"typed")
    later = seat.viewer()
    assert (later.settle() == viewer.settle()).all(), "who comes now sees something else"

    logind.set_active(True)
    for each in (viewer, later):
        each.wait_for(lambda rgb: rgb.shape == desktop.shape and (rgb == desktop).all(), 10,
                      "the desktop again")
    assert seat.daemon.get("StatusReason") == ""
    viewer.type("seen\n")
    seat.wait_typed("seen\n")
    assert "unseen" not in seat.typed()
    same_picture(viewer.settle(), seat.screenshot())


def test_what_happens_meanwhile_is_shown_afterwards(seat, logind):
    seat.show_colour(20, 40, 60)
    viewer = seat.viewer()
    desktop = viewer.settle()
    logind.set_active(False)
    wait_card(viewer, desktop)
    seat.show_colour(200, 100, 50)
    time.sleep(0.5)
    assert not (viewer.settle() == (200, 100, 50)).all(axis=2).mean() > 0.5
    logind.set_active(True)
    viewer.wait_for(lambda rgb: (rgb == (200, 100, 50)).all(axis=2).mean() > 0.9, 10,
                    "what is on the desktop now")


def test_nobody_there_can_be_asked(seat, logind):
    someone = Person(seat.desktop)
    seat.set_access("@a(ss) []", "ask")
    logind.set_active(False)
    reason_has(seat, "Another user is at the screen")
    with pytest.raises(Refused, match="another user is there"):
        seat.viewer()
    assert not someone.notes()
    logind.set_active(True)
    wait_until(lambda: not seat.daemon.get("StatusReason"), 5, "still away")
    seat.viewer()
    someone.press("allow")
    seat.client_object(State="connected")
    someone.leave()


@pytest.mark.parametrize("name,value", (("Seat", GLib.Variant("(so)", ("", "/"))),
                                        ("Type", GLib.Variant("s", "tty"))))
def test_a_session_that_has_no_screen_of_its_own_is_never_away(seat, logind, name, value):
    logind.set(name, value)
    logind.set_active(False)
    time.sleep(0.5)
    assert seat.daemon.get("StatusReason") == ""


def test_a_logind_that_goes_takes_nothing_with_it(seat, logind):
    viewer = seat.viewer()
    desktop = viewer.settle()
    logind.set_active(False)
    wait_card(viewer, desktop)
    logind.process.stop()
    viewer.wait_for(lambda rgb: rgb.shape == desktop.shape and (rgb == desktop).all(), 10,
                    "the desktop again")
