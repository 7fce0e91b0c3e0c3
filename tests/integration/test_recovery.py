# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens when parts of the desktop change or go away: the viewer stays, sees why, and gets
the picture back."""
import time

import numpy
import pytest

from desktop import PORTAL
from processes import wait_until
from rfb.client import EXTENDED_DESKTOP_SIZE, EXTENSIONS, RAW
from share import same_picture, shows_colour

COLOUR = (20, 160, 90)


def is_colour(rgb):
    return shows_colour(rgb, COLOUR)


def is_card(before):
    """Something is shown, and it is not what was there."""
    def look(rgb):
        return rgb.shape != before.shape or (
            (rgb != before).any(axis=2).mean() > 0.05 and len(numpy.unique(rgb)) > 1)
    return look


def reason(fresh):
    return fresh.daemon.get("StatusReason")


def shared_colour(fresh, **options):
    """A viewer that sees the coloured screen."""
    fresh.show_colour(*COLOUR)
    viewer = fresh.viewer(**options)
    viewer.wait_for(is_colour, 15, "the coloured screen")
    return viewer


def loss_and_return(fresh, lose, bring_back):
    """The viewer sees the card with a reason, and the picture again, without connecting anew."""
    viewer = shared_colour(fresh)
    usual = reason(fresh)
    before = viewer.rgb()
    lose()
    viewer.wait_for(is_card(before), 10, "the card")
    told = wait_until(lambda: reason(fresh) != usual and reason(fresh), 5, "no reason is told")
    assert len(told) > 10
    bring_back()
    fresh.show_colour(*COLOUR)
    viewer.wait_for(is_colour, 30, "the picture after the loss")
    wait_until(lambda: reason(fresh) == usual, 10, "the reason stays")
    fresh.viewer().wait_for(is_colour, 10, "the picture for a new viewer")
    return told


def test_compositor_dies_and_comes_back(fresh):
    loss_and_return(fresh, fresh.desktop.kill_compositor, lambda: restart(fresh.desktop))


def restart(desktop):
    desktop.start_compositor()
    if desktop.kind == "sway":
        desktop.processes.stop("portal-backend")
        desktop.start_portal_backend()


def test_pipewire_dies_and_comes_back(fresh):
    def lose():
        fresh.desktop.processes.kill("wireplumber")
        fresh.desktop.processes.kill("pipewire")

    def bring_back():
        for socket in fresh.desktop.path("run").glob("pipewire-0*"):
            socket.unlink()
        fresh.desktop.start_pipewire()
        # Mutter and the wlr backend do not connect to PipeWire anew by themselves
        if fresh.desktop.kind == "mutter":
            fresh.desktop.restart_compositor()
        else:
            fresh.desktop.processes.stop("portal-backend")
            fresh.desktop.start_portal_backend()
    loss_and_return(fresh, lose, bring_back)


def test_portal_dies_and_comes_back(fresh):
    def lose():
        fresh.desktop.processes.kill("portal")
        wait_until(lambda: not fresh.desktop.has_name(PORTAL), 5, "the portal is still there")
    loss_and_return(fresh, lose, fresh.desktop.start_portal)


def test_viewer_that_comes_while_the_screen_is_away(fresh):
    fresh.desktop.kill_compositor()
    viewer = fresh.viewer()
    picture = viewer.wait_for(lambda rgb: len(numpy.unique(rgb)) > 1, 20, "a card")
    assert picture.any() and reason(fresh)
    restart(fresh.desktop)
    fresh.show_colour(*COLOUR)
    viewer.wait_for(is_colour, 40, "the picture")


# --- size

def resize_sway(fresh, width, height):
    fresh.desktop.resize_output(width, height)
    if fresh.desktop.version() >= (1, 10):
        # There a screen at rest may not answer the portal's request for its next picture (its log
        # ends with the request) before something on it changes.
        time.sleep(1)
        fresh.show_colour(*COLOUR)
        wait_until(lambda: is_colour(fresh.screenshot()), 15, "the colour is not at the desk")


def change_size(fresh):
    """Returns the new size."""
    desktop = fresh.desktop
    if desktop.kind == "sway":
        resize_sway(fresh, 1024, 600)
        return 1024, 600
    desktop.rotate()  # Mutter ends the session for it
    return desktop.size[::-1]


def test_size_changes_under_a_viewer(fresh):
    viewer = shared_colour(fresh)
    wanted = change_size(fresh)
    wait_until(lambda: follow(viewer) and viewer.size == wanted, 20, "the new size did not come")
    fresh.show_typing_terminal()
    time.sleep(0.5)
    same_picture(viewer.settle(), fresh.screenshot())
    if fresh.desktop.kind == "sway":  # and back
        resize_sway(fresh, *fresh.desktop.size)
        wait_until(lambda: follow(viewer) and viewer.size == fresh.desktop.size, 20, "not back")
        same_picture(viewer.settle(), fresh.screenshot())


def follow(viewer):
    viewer.request()
    if viewer.readable(0.3):
        viewer.read_message()
    return True


def test_size_changes_under_viewers_that_know_less(fresh):
    """One that knows DesktopSize only, and one that knows no change at all."""
    old = shared_colour(fresh, extensions=[e for e in EXTENSIONS if e != EXTENDED_DESKTOP_SIZE])
    rigid = shared_colour(fresh, encodings=("raw",), extensions=())
    wanted = change_size(fresh)
    wait_until(lambda: follow(old) and old.size == wanted, 20, "DesktopSize did not come")
    fresh.show_colour(*COLOUR)
    old.wait_for(is_colour, 15, "the picture of the new size")
    assert rigid.size == fresh.desktop.size
    rigid.request(incremental=False)
    rects = rigid.next_update(15)
    assert all(e == RAW and x + w <= rigid.size[0] and y + h <= rigid.size[1]
               for e, x, y, w, h in rects)
    width, height = min(wanted[0], rigid.size[0]), min(wanted[1], rigid.size[1])
    part = rigid.wait_for(lambda rgb: is_colour(rgb[:height, :width]), 15, "the clipped picture")
    assert part.shape[:2] == rigid.size[::-1]


@pytest.mark.on("sway")
def test_size_changes_many_times_in_a_stream(fresh):
    viewer = shared_colour(fresh)
    for size in ((800, 600), (1280, 720), (640, 480), (1366, 768), (1281, 721)):
        fresh.desktop.resize_output(*size)
        follow(viewer)
    wait_until(lambda: "PipeWire stream: 1281x721" in fresh.daemon.process.log_text(), 20,
               "the last size is not agreed on")
    # The first picture of it may be waiting for a change: sway has told of the one that the new
    # size was with a picture of the size before.
    fresh.show_typing_terminal()
    wait_until(lambda: follow(viewer) and viewer.size == (1281, 721), 20, "the last size")
    time.sleep(0.5)
    same_picture(viewer.settle(), fresh.screenshot())


@pytest.mark.on("mutter")
def test_frozen_compositor_disturbs_nobody(fresh):
    """A compositor that hangs does not hang the daemon."""
    import signal
    viewer = shared_colour(fresh)
    fresh.desktop.stop_process_by_signal("mutter", signal.SIGSTOP)
    try:
        assert viewer.wait_fence(b"alive", 5) < 1
        viewer.type("x")
        assert viewer.wait_fence(b"still", 5) < 1
        fresh.daemon.control("status")
        fresh.viewer().wait_fence(b"me too", 10)
    finally:
        fresh.desktop.stop_process_by_signal("mutter", signal.SIGCONT)
