# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer sees the screen, and what changes on it."""
import time

import pytest

from processes import wait_until
from rfb.client import Client
from share import same_picture, shows_colour


def test_viewer_sees_the_terminal(shared):
    viewer = shared.viewer()
    assert viewer.size == shared.desktop.size
    same_picture(viewer.settle(), shared.screenshot())


def test_changes_arrive(shared):
    viewer = shared.viewer()
    viewer.settle()
    shared.show_colour(200, 30, 60)
    viewer.wait_for(lambda rgb: shows_colour(rgb, (200, 30, 60), 0.95))
    shared.show_typing_terminal()


def test_nothing_is_sent_while_nothing_changes(shared):
    viewer = shared.viewer()
    viewer.settle()
    viewer.request()
    received = viewer.wire.received
    time.sleep(1.5)
    assert not viewer.readable(0), "an update without a change"
    assert viewer.wire.received == received


def test_only_what_changed_is_sent(shared):
    shared.show_typing_terminal()
    viewer = shared.viewer(encodings=("raw",))
    viewer.settle()
    whole = viewer.size[0] * viewer.size[1]
    received = viewer.wire.received
    shared.desktop.start_terminal("sh", "-c", "sleep 1; printf x; sleep 1000", name="second")
    viewer.settle(quiet=2.5)
    shared.desktop.processes.stop("second")
    viewer.wait_for(lambda rgb: True)
    received = viewer.wire.received
    viewer.settle(quiet=1)
    assert viewer.wire.received - received < 3 * whole * 4


def test_a_later_viewer_gets_the_whole_picture(shared):
    first = shared.viewer()
    first.settle()
    same_picture(shared.viewer().settle(), first.settle())


def test_picture_survives_reconnecting(shared):
    for _ in range(3):
        viewer = shared.viewer()
        same_picture(viewer.settle(), shared.screenshot())
        viewer.close()


def test_part_of_the_screen(shared):
    """A request for a rectangle is answered with that rectangle."""
    viewer = shared.viewer(encodings=("raw",), extensions=())
    viewer.request(incremental=False, rect=(100, 50, 64, 32))
    rects = viewer.next_update(10)
    assert sum(w * h for _, _, _, w, h in rects) == 64 * 32
    for _, x, y, w, h in rects:
        assert 100 <= x and x + w <= 164 and 50 <= y and y + h <= 82
    same_picture(viewer.rgb()[50:82, 100:164], shared.screenshot()[50:82, 100:164])


def test_desktop_has_a_name(shared):
    assert shared.viewer().name


def test_continuous_updates(shared):
    viewer = shared.viewer()
    viewer.settle()
    assert viewer.continuous_ends >= 1, "the server did not say it knows ContinuousUpdates"
    viewer.continuous_updates(True)
    viewer.wait_fence(b"on")
    shared.show_colour(10, 120, 240)
    end = time.monotonic() + 10
    while not shows_colour(viewer.rgb(), (10, 120, 240)):  # without one request
        viewer.next_message(end - time.monotonic())
    viewer.continuous_updates(False)
    ends = viewer.continuous_ends
    while viewer.continuous_ends == ends:
        viewer.next_message(5)
    shared.show_typing_terminal()


def test_fence_comes_back_after_what_was_before_it(shared):
    viewer = shared.viewer()
    viewer.settle()
    viewer.request(incremental=False)
    updates = viewer.updates
    viewer.wait_fence(b"0123456789" * 6)
    assert viewer.updates > updates or viewer.next_update(5)


def test_fence_payload_can_be_empty(shared):
    viewer = shared.viewer()
    viewer.settle()
    assert viewer.wait_fence(b"") < 5


@pytest.mark.on("mutter")
def test_cursor_has_a_shape(shared):
    viewer = shared.viewer()
    viewer.settle()
    for step in range(20):
        viewer.pointer(300 + step, 300)
        viewer.request()
        if viewer.readable(0.2):
            viewer.next_message(5)
        if viewer.cursor and viewer.cursor.width:
            break
    assert viewer.cursor and viewer.cursor.width > 0 and any(viewer.cursor.pixels)
    hot_x, hot_y = viewer.cursor.hotspot
    assert hot_x < viewer.cursor.width and hot_y < viewer.cursor.height


@pytest.mark.on("mutter")
def test_several_monitors_are_one_picture(fresh, options):
    fresh.wait_terminal_drawn()
    viewer = fresh.viewer()
    wait_size(viewer, (800 + 640, 600))
    picture = viewer.settle()
    assert places(viewer) == [(0, 0, 800, 600), (800, 0, 640, 480)]
    assert len({screen[0] for screen in viewer.layout}) == 2
    same_picture(picture[:600, :800], fresh.screenshot())  # which has the first monitor


@pytest.mark.on("mutter")
def test_one_of_several_monitors(fresh, options):
    fresh.wait_terminal_drawn()
    viewer = fresh.viewer()
    viewer.settle()
    fresh.daemon.set_setting("monitors", "primary")
    wait_size(viewer, (800, 600))
    same_picture(viewer.settle(), fresh.screenshot())


@pytest.mark.on("mutter")
def test_monitors_keep_their_numbers(fresh, options):
    viewer = fresh.viewer()
    wait_size(viewer, (800 + 640, 600))
    viewer.settle()
    ids = {screen[3:5]: screen[0] for screen in viewer.layout}
    fresh.desktop.rotate()  # Mutter ends the session for it
    wait_size(viewer, (600 + 640, 800))
    assert places(viewer) == [(0, 0, 600, 800), (600, 0, 640, 480)]
    turned = {screen[3:5]: screen[0] for screen in viewer.layout}
    assert turned == {(600, 800): ids[800, 600], (640, 480): ids[640, 480]}
    fresh.daemon.set_setting("monitors", "primary")
    wait_size(viewer, (600, 800))
    assert [screen[0] for screen in viewer.layout] == [ids[800, 600]]


@pytest.mark.on("mutter")
def test_a_viewer_chooses_the_size_of_its_monitor(fresh):
    fresh.daemon.set_setting("monitors", "virtual")
    viewer, other = fresh.viewer(), fresh.viewer()
    wait_size(viewer, (1920, 1080))
    wait_size(other, (1920, 1080))
    for size in ((1024, 768), (1366, 701), (1920, 1080)):
        viewer.set_desktop_size(*size)
        wait_size(viewer, size)
        wait_size(other, size)
        assert viewer.resize_results[-1] == (1, 0) and other.resize_results[-1] == (2, 0)
        assert places(viewer) == [(0, 0, *size)]
        assert viewer.settle().shape == (size[1], size[0], 3)


@pytest.mark.on("mutter")
def test_real_monitors_keep_their_size(fresh):
    viewer = fresh.viewer()
    viewer.settle()
    viewer.set_desktop_size(1024, 768)
    wait_until(lambda: viewer.read_message() and viewer.resize_results[-1][0] == 1, 10, "no answer")
    assert viewer.resize_results[-1] == (1, 1) and viewer.size == fresh.desktop.size


def places(viewer):
    return [screen[1:5] for screen in viewer.layout]


def wait_size(viewer, size):
    end = time.monotonic() + 15
    while viewer.size != size and time.monotonic() < end:
        viewer.request()
        if viewer.readable(0.5):
            viewer.read_message()
    assert viewer.size == size


def pytest_generate_tests(metafunc):
    if "options" in metafunc.fixturenames:
        metafunc.parametrize("options", [{"size": (800, 600), "more_monitors": ((640, 480),)}],
                             ids=["two-monitors"])


def test_a_viewer_without_any_extension(shared):
    """RFB 3.7 and nothing but Raw: the least a viewer can be."""
    with Client(shared.daemon.address, shared.daemon.user, shared.daemon.password,
                version="003.007", encodings=("raw",), extensions=()) as viewer:
        viewer.pointer(700, 600)
        seen, truth = viewer.settle(), shared.screenshot()
    # the server paints the pointer into the picture of who cannot do it
    same_picture(seen[:500], truth[:500])
