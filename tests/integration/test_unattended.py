# SPDX-License-Identifier: GPL-2.0-or-later
"""`capture` `mutter`: the desktop by Mutter itself, and nobody at the desk is asked."""
import itertools
import os
import time

import pytest

import desktop as desktops
from clipboard_desk import Application
from processes import wait_until
from rfb import clipboard as wire
from rfb.client import EXTENSIONS
from share import Share, same_picture, shows_colour

POINTER_POS = -232
COLOUR = (20, 160, 90)
# How often monitors change under two viewers; more of it by hand.
CHANGES = int(os.environ.get("GDS_MONITOR_CHANGES", "4"))


@pytest.fixture
def unattended(kind, build, request):
    """A desktop whose portal would refuse, shared by Mutter itself."""
    options = dict(getattr(request, "param", {}))
    if kind == "mutter":
        options["policy"] = "response=1"
    with Share(desktops.create(kind, **options), build) as share:
        share.daemon.set_setting("capture", "mutter")
        yield share
        share.check_clean_end()


def pytest_generate_tests(metafunc):
    if "unattended" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("on")
        metafunc.parametrize("kind", mark.args if mark else ("mutter",))


def wait_size(viewer, size):
    viewer.wait_for(lambda _rgb: viewer.size == size, 20, f"{size}")


def test_nobody_is_asked(unattended):
    viewer = unattended.viewer()
    same_picture(viewer.settle(), unattended.screenshot())
    unattended.wake_keyboard(viewer)
    viewer.type("hello\n")
    unattended.wait_typed("hello\n")
    assert unattended.daemon.get("State") == "sharing"
    assert unattended.daemon.get("StatusReason") == ""
    assert not [e for e in unattended.desktop.portal_log() if "session" in e["event"].lower()]


def test_the_pointer_goes_where_it_is_told(unattended):
    unattended.show_colour(*COLOUR)
    actor, other = unattended.viewer(), unattended.viewer(extensions=(*EXTENSIONS, POINTER_POS))
    other.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour")
    for place in ((300, 200), (500, 400)):
        actor.pointer(*place)
        actor.wait_fence(b"moved")

        def told(place=place):
            other.catch_up()
            return other.pointer_place == place
        wait_until(told, 5, f"{place} was not told")


def test_the_clipboard(unattended):
    application = Application(unattended)
    try:
        viewer = unattended.viewer(extensions=EXTENSIONS + (wire.EXTENDED_CLIPBOARD,))
        viewer.refresh()
        viewer.wait_told(lambda: viewer.clipboard.server_caps is not None, what="caps")
        viewer.extended_cut_text(wire.caps(wire.EVERYTHING))
        application.copy({"text/plain;charset=utf-8": "von hier: äé€😀".encode()})
        viewer.wait_told(lambda: viewer.clipboard.notified, what="news")
        viewer.extended_cut_text(wire.action(wire.REQUEST | wire.TEXT))
        viewer.wait_told(lambda: viewer.clipboard.provided, what="the text")
        assert viewer.clipboard.provided[-1][wire.TEXT].rstrip(b"\0").decode() == "von hier: äé€😀"
    finally:
        application.stop()


@pytest.mark.on("mutter")
def test_the_way_can_be_changed_while_somebody_looks(fresh):
    fresh.show_colour(*COLOUR)
    viewer = fresh.viewer()
    viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour")
    for number, way in enumerate(("mutter", "portal", "mutter")):
        fresh.daemon.set_setting("capture", way)
        colour = (40 + 60 * number, 30, 200)
        fresh.show_colour(*colour)
        viewer.wait_for(lambda rgb, c=colour: shows_colour(rgb, c), 15, f"the colour by {way}")
    fresh.desktop.user_decides("response", 1)
    fresh.daemon.set_setting("capture", "portal")
    wait_until(lambda: fresh.daemon.get("StatusReason"), 10, "the refusal is not told")


def test_an_extra_monitor(unattended):
    unattended.daemon.set_setting("monitors", "virtual")
    viewer = unattended.viewer()
    wait_size(viewer, (1920, 1080))
    viewer.set_desktop_size(1024, 768)
    wait_size(viewer, (1024, 768))
    assert viewer.resize_results[-1] == (1, 0)


def test_monitors_come_and_go(unattended):
    """What is plugged in is shown at once, what is pulled out is not any more, and no card
    between."""
    unattended.show_colour(*COLOUR)
    viewer = unattended.viewer()
    viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour")
    first = [screen[0] for screen in viewer.layout]
    with unattended.desktop.plug((800, 600)):
        wait_size(viewer, (1280 + 800, 720))
        assert first[0] in [screen[0] for screen in viewer.layout]
        assert [s[1:5] for s in viewer.layout] == [(0, 0, 1280, 720), (1280, 0, 800, 600)]
        viewer.wait_for(lambda rgb: shows_colour(rgb[:720, :1280], COLOUR), 10, "the first one")
    wait_size(viewer, (1280, 720))
    assert [screen[0] for screen in viewer.layout] == first
    viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour again")
    unattended.desktop.rotate()
    wait_size(viewer, (720, 1280))
    assert [screen[0] for screen in viewer.layout] == first


def test_the_compositor_starts_again(unattended):
    viewer = unattended.viewer()
    viewer.settle()
    unattended.desktop.kill_compositor()
    reason = wait_until(lambda: unattended.daemon.get("StatusReason"), 10, "no reason is told")
    assert "portal" not in reason.split("“capture”")[0]
    unattended.desktop.start_compositor()
    unattended.show_colour(*COLOUR)
    viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 30, "the colour")
    wait_until(lambda: unattended.daemon.get("StatusReason") == "", 10, "the reason stays")


@pytest.mark.on("sway")
def test_a_desktop_without_mutter_is_named(unattended):
    viewer = unattended.viewer()
    reason = wait_until(lambda: unattended.daemon.get("StatusReason"), 10, "no reason is told")
    assert "“capture”" in reason and "“portal”" in reason
    unattended.daemon.set_setting("capture", "portal")
    unattended.show_colour(*COLOUR)
    viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 20, "the picture by the portal")


def test_monitors_come_and_go_many_times(unattended):
    """Under two viewers, one of whom is slow to ask: nothing is lost or kept."""
    unattended.show_colour(*COLOUR)
    viewers = [unattended.viewer(), unattended.viewer()]
    for viewer in viewers:
        viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour")
    sizes = itertools.cycle(((800, 600), (640, 480), (1024, 768)))
    descriptors, resident = [], []
    for _ in range(CHANGES):
        size = next(sizes)
        with unattended.desktop.plug(size):
            wait_size(viewers[0], (1280 + size[0], max(720, size[1])))
            if len(resident) % 2:
                wait_size(viewers[1], viewers[0].size)
        for viewer in viewers:
            wait_size(viewer, (1280, 720))
        descriptors.append(unattended.descriptors())
        resident.append(unattended.resident())
    for viewer in viewers:
        viewer.wait_for(lambda rgb: shows_colour(rgb, COLOUR), 15, "the colour after all")
    time.sleep(1)
    some = max(2, CHANGES // 4)
    print(f"{CHANGES} times: descriptors {descriptors}, resident {resident} KiB")
    assert unattended.descriptors() <= max(descriptors[:some]) + 2
    if not unattended.sanitized():
        # The least: how many pictures are in use differs from moment to moment.
        assert min(resident[-some:]) < min(resident[:some]) + 16 * 1024
