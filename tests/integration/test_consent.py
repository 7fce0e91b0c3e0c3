# SPDX-License-Identifier: GPL-2.0-or-later
"""Consent: the person at the desk is asked by a notification, and told who is there."""
import time

import pytest

from gi.repository import GLib
from person import NOTIFICATIONS, Person
from processes import wait_until
from rfb.wire import Closed, Refused
from share import same_picture

pytestmark = pytest.mark.on("mutter")


@pytest.fixture
def person(shared):
    someone = Person(shared.desktop)
    yield someone
    someone.leave()


def ask_for(shared, *, always=False, timeout=30):
    shared.daemon.set_setting("ask-always", "true" if always else "false")
    shared.daemon.set_setting("ask-timeout", f"uint32 {timeout}")
    shared.set_access("[('control', '*')]" if always else "@a(ss) []", "ask")


def refusal(shared, **options):
    with pytest.raises(Refused) as refused:
        shared.viewer(**options)
    return str(refused.value)


def follow(viewer):
    viewer.request()
    if viewer.readable(0.2):
        viewer.read_message()
    return True


def journal(shared):
    return shared.daemon.process.log_text()


def test_allowed(shared, person):
    ask_for(shared)
    viewer = shared.viewer()
    number, note = person.note("allow")
    assert "viewer" in note["summary"] and "control" in note["summary"]
    assert "127.0.0.1" in note["body"] and "x509-plain" in note["body"]
    assert list(note["buttons"]) == ["allow", "view", "refuse"] and note["urgency"] == 2
    client = shared.client_object(State="asking")
    assert client["ViewOnly"] and client["User"] == "viewer"
    card = viewer.settle()
    viewer.type("not yet")
    person.press("allow")
    client = shared.client_object(State="connected")
    assert not client["ViewOnly"]
    wait_until(lambda: follow(viewer) and (viewer.rgb().shape != card.shape
                                           or (viewer.rgb() != card).any()), 10, "still the card")
    same_picture(viewer.settle(), shared.screenshot())
    assert number not in person.notes()
    shared.wake_keyboard(viewer)
    viewer.type("now\n")
    shared.wait_typed("now")
    assert "not yet" not in shared.typed()
    assert "is asked" in journal(shared)


def test_allowed_to_look(shared, person):
    ask_for(shared)
    viewer = shared.viewer()
    person.press("view")
    client = shared.client_object(State="connected")
    assert client["ViewOnly"]
    viewer.settle()
    viewer.type("x")
    viewer.wait_fence(b"typed")
    assert "x" not in shared.typed()


def test_refused(shared, person):
    ask_for(shared)
    viewer = shared.viewer()
    person.press("refuse")
    assert viewer.closed_within(8)
    assert "did not let you in" in journal(shared)
    # nobody is pestered
    assert "asked a moment ago" in refusal(shared)
    assert not person.notes()


def test_put_away_is_refused(shared, person):
    ask_for(shared)
    # another source: the one before has its peace
    viewer = shared.viewer(source="127.0.3.1")
    number, _ = person.note("allow")
    person.call("PutAway", "(u)", number)
    assert viewer.closed_within(8)


def test_nobody_answers(shared, person):
    ask_for(shared, timeout=1)
    viewer = shared.viewer(source="127.0.3.2")
    person.note("allow")
    assert viewer.closed_within(9)
    assert not person.notes()
    assert "has answered in time" in journal(shared)


def test_one_question_of_a_source_at_a_time(shared, person):
    ask_for(shared)
    viewers = [shared.viewer(source=f"127.0.4.{i}") for i in range(3)]
    wait_until(lambda: len(person.notes()) == 3, 5, "three are asked for")
    assert "is being asked already" in refusal(shared, source="127.0.4.1")
    assert "being asked" in refusal(shared, source="127.0.4.9")
    for viewer in viewers:
        viewer.close()
    wait_until(lambda: not person.notes(), 5, "the questions stay")


def test_without_anybody_there(shared):
    ask_for(shared)
    assert "no notification service" in refusal(shared, source="127.0.5.2")


def test_without_buttons(shared):
    someone = Person(shared.desktop, "--no-buttons")
    ask_for(shared)
    assert "no buttons" in refusal(shared, source="127.0.5.3")
    someone.leave()


def test_with_a_locked_screen(shared, person):
    ask_for(shared)
    person.lock(True)
    assert "locked" in refusal(shared, source="127.0.5.1")
    person.lock(False)
    shared.viewer(source="127.0.5.1")
    person.note("allow")


def test_ask_always(shared, person):
    ask_for(shared, always=True)
    shared.viewer(source="127.0.6.1")
    person.press("allow")
    shared.client_object(State="connected", ViewOnly=False)


def test_who_is_there_is_told_and_can_be_thrown_out(shared, person):
    viewer = shared.viewer()
    viewer.settle()
    _, note = person.note("disconnect")
    assert "viewer" in note["summary"] and "127.0.0.1" in note["body"] and note["resident"]
    other = shared.viewer()
    wait_until(lambda: len(person.notes()) == 2, 5, "both are told")
    other.close()
    wait_until(lambda: len(person.notes()) == 1, 5, "who has left is told")
    person.press("disconnect")
    assert viewer.closed_within(5)
    wait_until(lambda: not person.notes(), 5, "the note stays")


def test_markup_is_text(shared, person):
    bob = {"user": "<b>bob</b>&", "password": "secret"}
    shared.daemon.set_password(*bob.values())

    def can_log_in():
        try:
            shared.viewer(source="127.0.7.2", **bob).close()
            return True
        except Refused:
            return False
    wait_until(can_log_in, 5, "the new user does not get in")
    ask_for(shared)
    shared.viewer(source="127.0.7.1", **bob)
    _, note = person.note("allow")
    assert "<b>bob</b>&" in note["summary"] and "<" not in note["body"]
    shared.daemon.control("remove-user", bob["user"])


def test_the_service_goes_while_asked(shared):
    someone = Person(shared.desktop)
    ask_for(shared, timeout=2)
    viewer = shared.viewer(source="127.0.8.1")
    someone.note("allow")
    someone.leave()
    assert viewer.closed_within(10)
    assert "no notification service" in journal(shared)


def test_a_stranger_on_the_bus_cannot_answer(shared, person):
    ask_for(shared)
    shared.viewer(source="127.0.9.1")
    number, _ = person.note("allow")
    shared.desktop.bus.emit_signal(
        None, "/org/freedesktop/Notifications", NOTIFICATIONS, "ActionInvoked",
        GLib.Variant("(us)", (number, "allow")))
    shared.desktop.bus.flush_sync(None)
    time.sleep(0.3)
    shared.client_object(State="asking")


@pytest.fixture(autouse=True)
def as_it_was(shared):
    yield
    for key in ("ask-always", "ask-timeout"):
        shared.daemon.reset_setting(key)


def test_gone_while_asked(shared, person):
    ask_for(shared)
    viewer = shared.viewer(source="127.0.9.2")
    person.note("allow")
    viewer.close()
    wait_until(lambda: not person.notes(), 5, "the question stays")
    with pytest.raises((Refused, Closed, OSError)):
        viewer.wait_fence(b"gone", 1)
    # a question that is hung up on costs as one that was refused
    assert "asked a moment ago" in refusal(shared, source="127.0.9.2")


def test_somebody_with_many_addresses_finds_an_end(shared, person):
    ask_for(shared)
    peace = None
    for i in range(1, 12):
        try:
            viewer = shared.viewer(source=f"127.0.10.{i}")
        except Refused as refused:
            peace = str(refused)
            break
        person.press("refuse")
        assert viewer.closed_within(8)
    assert peace and "asked a moment ago" in peace
    assert i <= 9
