# SPDX-License-Identifier: GPL-2.0-or-later
"""The person at the desk is asked by the portal: every answer, and what becomes of it."""
import time

import numpy
import pytest

from desktop import PORTAL
from processes import wait_until
from share import same_picture, shows_colour

pytestmark = pytest.mark.on("mutter")
COLOUR = (20, 160, 90)


def is_colour(rgb):
    return shows_colour(rgb, COLOUR)


def reason(fresh):
    return fresh.daemon.get("StatusReason")


def calls(fresh, method):
    return [e for e in fresh.desktop.portal_log()
            if e["event"] == "call" and e["method"] == method]


def wait_card(fresh, viewer):
    """A card, and its sentence in StatusReason."""
    picture = viewer.wait_for(lambda rgb: len(numpy.unique(rgb)) > 1 and not is_colour(rgb), 10,
                              "a card")
    assert wait_until(lambda: reason(fresh), 5, "StatusReason is empty")
    return picture


def test_one_session_begins_with_the_first_viewer_and_ends_after_the_last(fresh):
    assert calls(fresh, "CreateSession") == [], "the screen is cast though nobody looks"
    viewers = [fresh.viewer() for _ in range(3)]
    for viewer in viewers:
        viewer.settle()
    assert len(calls(fresh, "CreateSession")) == 1
    for viewer in viewers:
        viewer.close()
    wait_until(lambda: [e for e in fresh.desktop.portal_log() if e["event"] == "session-close"],
               30, "the screen is still cast though nobody looks")
    fresh.viewer().settle()
    assert len(calls(fresh, "CreateSession")) == 2


def test_what_is_asked_for(fresh):
    fresh.viewer().settle()
    devices = calls(fresh, "SelectDevices")[0]["arguments"][3]
    sources = calls(fresh, "SelectSources")[0]["arguments"][3]
    assert devices["types"] & 3 == 3
    assert sources["types"] & 1 and sources["cursor_mode"] == 4


def test_refused(fresh):
    fresh.show_colour(*COLOUR)
    fresh.desktop.user_decides("response", 1)
    viewer = fresh.viewer()
    wait_card(fresh, viewer)
    time.sleep(2)
    assert len(calls(fresh, "Start")) == 1, "a plain no is asked again"
    viewer.wait_fence(b"still connected")
    fresh.desktop.user_decides("response", 0)
    second = fresh.viewer()  # a new viewer asks anew, and all get the picture
    second.wait_for(is_colour, 15, "the picture after the second question")
    viewer.wait_for(is_colour, 15, "the picture for who was refused")
    wait_until(lambda: reason(fresh) == "", 5, "the reason stays")


def test_slow_answer(fresh):
    fresh.show_colour(*COLOUR)
    fresh.desktop.user_decides("delay", 3)
    viewer = fresh.viewer()
    wait_card(fresh, viewer)
    assert len(calls(fresh, "Start")) == 1
    fresh.viewer().wait_fence(b"second")
    viewer.wait_for(is_colour, 15, "the picture once it is allowed")
    assert len(calls(fresh, "Start")) == 1, "two questions at once"
    assert reason(fresh) == ""


def test_viewer_goes_while_the_question_stands(fresh):
    fresh.desktop.user_decides("delay", -1)
    viewer = fresh.viewer()
    wait_card(fresh, viewer)
    viewer.close()
    wait_until(lambda: [e for e in fresh.desktop.portal_log()
                        if e["event"] in ("request-close", "session-close")], 30,
               "the question stays on the screen")


def test_stop_sharing(fresh):
    fresh.show_colour(*COLOUR)
    viewer = fresh.viewer()
    viewer.wait_for(is_colour, 15, "the picture")
    fresh.desktop.user_stops_sharing()
    wait_card(fresh, viewer)
    before = len(fresh.desktop.portal_log())
    viewer.type("x")
    viewer.click(100, 100)
    viewer.wait_fence(b"input is dropped")
    time.sleep(1)
    assert not [e for e in fresh.desktop.portal_log()[before:] if e["event"] == "input"]
    assert len(calls(fresh, "Start")) == 1, "asked again though sharing was stopped"
    second = fresh.viewer()
    second.wait_for(is_colour, 15, "the picture after sharing again")
    viewer.wait_for(is_colour, 15, "the picture for who was there")


def test_keyboard_not_granted(fresh):
    fresh.desktop.user_decides("devices", 2)
    viewer = fresh.viewer()
    viewer.settle()
    viewer.type("nothing")
    viewer.click(200, 200)
    viewer.wait_fence(b"alive")
    methods = {e["method"] for e in fresh.desktop.portal_log() if e["event"] == "input"}
    assert not any("Keyboard" in method for method in methods)
    wait_until(lambda: any("Button" in e["method"] for e in fresh.desktop.portal_log()
                           if e["event"] == "input"), 5, "the pointer was granted")


def test_nothing_granted_is_a_screen_to_look_at(fresh):
    fresh.desktop.user_decides("devices", 0)
    viewer = fresh.viewer()
    same_picture(viewer.settle(), fresh.screenshot())
    viewer.type("nothing")
    viewer.wait_fence(b"alive")
    assert not [e for e in fresh.desktop.portal_log() if e["event"] == "input"]


@pytest.mark.parametrize("options", [{"remote_desktop": False}], ids=["no RemoteDesktop"])
def test_without_remote_desktop_viewers_can_look(fresh, options):
    assert not options["remote_desktop"]
    viewer = fresh.viewer()
    same_picture(viewer.settle(), fresh.screenshot())
    assert reason(fresh), "nothing says that there is no control"
    viewer.type("nothing")
    viewer.wait_fence(b"alive")


def test_permission_is_remembered_where_the_portal_can(fresh):
    version = fresh.desktop.get_property(PORTAL, "/org/freedesktop/portal/desktop",
                                         "org.freedesktop.portal.RemoteDesktop", "version")
    fresh.viewer().settle()
    fresh.close_clients()
    fresh.daemon.stop()
    fresh.daemon.spawn()
    fresh.daemon.wait_ready()
    fresh.viewer().settle()
    restored = [e for e in fresh.desktop.portal_log() if e["event"] == "restored"]
    if version < 2:
        assert not restored  # persistence of RemoteDesktop came with version 2
        return
    assert restored, "the restore token was not used"
    assert fresh.desktop.run("secret-tool", "search", "--all", "--unlock", "xdg:schema",
                             "org.gnome.DesktopSharing.RestoreToken")
