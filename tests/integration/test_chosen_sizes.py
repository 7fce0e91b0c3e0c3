# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers choose the size of an extra monitor: real ones, and one that never makes up its mind."""
import os
import time

import pytest

from processes import wait_until
from test_screen import places, wait_size
from watched_viewer import WatchedViewer

pytestmark = pytest.mark.on("mutter")
CHANGES = int(os.environ.get("GDS_MONITOR_CHANGES", "12"))
BEGUN = {"tigervnc": "initialisation done", "gtk-vnc": "Desktop extended resize"}
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


def test_the_last_size_comes(fresh):
    """However fast one follows the other, four a second."""
    fresh.daemon.set_setting("monitors", "virtual")
    viewer, other = fresh.viewer(), fresh.viewer()
    wait_size(viewer, EXTRA)
    for number in range(CHANGES):
        size = (640 + 16 * (number % 40), 480 + 9 * (number % 30))
        viewer.set_desktop_size(*size)
        end = time.monotonic() + 0.26
        while time.monotonic() < end:
            for one in (viewer, other):
                one.request()
                if one.readable(0.02):
                    one.read_message()
    wait_size(viewer, size)
    wait_size(other, size)
    print(viewer.resize_results)
