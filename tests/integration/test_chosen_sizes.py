# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers choose the size of an extra monitor: real ones, and one that never makes up its mind."""
import os
import time

import pytest

from processes import wait_until
from share import same_picture
from test_screen import places, wait_size
from watched_viewer import WatchedViewer

pytestmark = pytest.mark.on("mutter")
CHANGES = int(os.environ.get("GDS_MONITOR_CHANGES", "12"))
BEGUN = {"tigervnc": "Enabling continuous updates", "gtk-vnc": "Desktop extended resize"}
SIZES = {"tigervnc": ((1100, 704), (1400, 901), (800, 600)), "gtk-vnc": ((1400, 901), (800, 600))}
REFUSED = {"tigervnc": "SetDesktopSize failed: 1", "gtk-vnc": "trigger=1 status=1"}
EXTRA = (1920, 1080)  # as it begins


def monitor_sizes(desktop):
    """Of the monitors that the compositor has."""
    state = desktop.remote().call_service("DisplayConfig", "GetCurrentState", None)
    return [mode[1:3] for monitor in state[1] for mode in monitor[1] if mode[6].get("is-current")]


@pytest.mark.parametrize("program", ("tigervnc", "gtk-vnc"))
def test_the_viewer_chooses(fresh, program):
    fresh.daemon.set_setting("monitors", "virtual")
    witness = fresh.viewer()
    wait_size(witness, EXTRA)
    with WatchedViewer(fresh, "sizing_viewer", "--program", program, "--size",
                       "1100x704") as viewer:
        wait_until(lambda: BEGUN[program] in viewer.told(), 60, "the viewer does not begin")
        time.sleep(2)  # what gtk-vnc is told of the screens meanwhile ends a wish of its own
        for size in SIZES[program]:
            if size != (1100, 704):
                viewer.resize(*size)
            wait_size(witness, size)
            assert witness.resize_results[-1] == (2, 0)
            assert places(witness) == [(0, 0, *size)]
            wait_until(lambda s=size: sorted(monitor_sizes(fresh.desktop)) == sorted(
                [fresh.desktop.size, s]), 5, "Mutter's monitor has another size")
            viewer.wait_shows(witness.settle())  # a background that is drawn for the size


@pytest.mark.parametrize("program", ("tigervnc", "gtk-vnc"))
def test_real_monitors_do_not_follow(fresh, program):
    """The refusal leaves the viewer as it was."""
    fresh.show_scene()
    with WatchedViewer(fresh, "sizing_viewer", "--program", program, "--size",
                       "800x600") as viewer:
        wait_until(lambda: BEGUN[program] in viewer.told(), 60, "the viewer does not begin")
        time.sleep(2)
        viewer.resize(1500, 1000)
        wait_until(lambda: REFUSED[program] in viewer.told(), 60, "no refusal")
        assert monitor_sizes(fresh.desktop) == [fresh.desktop.size]
        viewer.wait_shows_the_screen()


def choose(viewer, other, size, seconds=0.0):
    """Asks for the size; both follow for so long."""
    viewer.set_desktop_size(*size)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for one in (viewer, other):
            one.request()
            if one.readable(0.02):
                one.read_message()


def same_for_both(share, viewer, other, size):
    for one in (viewer, other):
        wait_size(one, size)
    wait_until(lambda: size in monitor_sizes(share.desktop), 5, "Mutter's monitor has another size")
    same_picture(viewer.settle(), other.settle())
    return share.descriptors(), share.resident()


def test_the_last_size_comes(fresh):
    """However many there are: four a second, and at last a dozen at once. Nothing is left of them."""
    fresh.daemon.set_setting("monitors", "virtual")
    viewer, other = fresh.viewer(), fresh.viewer()
    wait_size(viewer, EXTRA)
    choose(viewer, other, (1000, 700), 0.5)
    choose(viewer, other, EXTRA, 0.5)
    descriptors, resident = same_for_both(fresh, viewer, other, EXTRA)
    sizes = [(640 + 16 * (number % 40), 480 + 9 * (number % 30)) for number in range(CHANGES)]
    for size in sizes:
        choose(viewer, other, size, 0.25)
    same_for_both(fresh, viewer, other, sizes[-1])
    for size in (*sizes[:12], EXTRA):
        choose(viewer, other, size)
    after, grown = same_for_both(fresh, viewer, other, EXTRA)
    print(f"{CHANGES} sizes: {descriptors} and {after} descriptors, {resident} and {grown} KiB")
    assert after == descriptors
    if not fresh.sanitized():
        # How many pictures of 8 MiB are in use differs by three from moment to moment.
        assert grown < resident + 32 * 1024
