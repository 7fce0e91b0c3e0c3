# SPDX-License-Identifier: GPL-2.0-or-later
"""Consent with dunst, a notification service that is not ours."""
import pytest

from dunst import Dunst
from processes import wait_until
from share import same_picture

pytestmark = pytest.mark.on("sway")


@pytest.fixture(scope="module")
def dunst(shared_share):
    service = Dunst(shared_share.desktop)
    yield service
    service.stop()


def asked_for(shared, dunst, source):
    shared.set_access("@a(ss) []", "ask")
    viewer = shared.viewer(source=source)
    shared.client_object(State="asking")
    wait_until(lambda: dunst.shown() == 1, 5, "no notification is shown")
    return viewer


def test_allow(shared, dunst):
    viewer = asked_for(shared, dunst, "127.0.2.1")
    dunst.press("Allow")
    client = shared.client_object(State="connected")
    assert not client["ViewOnly"]
    offered = dunst.offered.read_text()
    assert all(label in offered for label in ("Allow", "View Only", "Refuse")), offered
    wait_until(lambda: viewer.settle().shape == shared.screenshot().shape, 10, "still the card")
    same_picture(viewer.settle(), shared.screenshot())


def test_view_only(shared, dunst):
    asked_for(shared, dunst, "127.0.2.2")
    dunst.press("View Only")
    assert shared.client_object(State="connected")["ViewOnly"]


def test_refuse(shared, dunst):
    viewer = asked_for(shared, dunst, "127.0.2.3")
    dunst.press("Refuse")
    assert viewer.closed_within(8)


def test_put_away(shared, dunst):
    viewer = asked_for(shared, dunst, "127.0.2.4")
    dunst.control("close-all")
    assert viewer.closed_within(8)


def test_who_is_there_can_be_thrown_out(shared, dunst):
    viewer = shared.viewer(source="127.0.2.5")
    viewer.settle()
    wait_until(lambda: dunst.shown() == 1, 5, "nobody is told who is there")
    dunst.press("Disconnect")
    assert viewer.closed_within(5)
    wait_until(lambda: dunst.shown() == 0, 5, "the note stays")
