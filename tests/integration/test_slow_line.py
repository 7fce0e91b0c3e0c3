# SPDX-License-Identifier: GPL-2.0-or-later
"""On a line of 2 Mbit/s and 50 ms nothing waits in a queue: what is seen is new, without loss too."""
import time

import pytest

import desktop as desktops
from share import Share
from slow_line import SlowLine

RATE = 2_000_000 // 8
DELAY = 0.025  # there, and back
MARK = 0x5a
# Each line begins with a field whose colour is its number; when it was printed is written down.
SCROLL = r"""
printf '\033[?25l'; i=0
while [ $i -lt 3000 ]; do
    i=$((i + 1))
    date +%s.%N >> "$1"
    printf '\033[48;2;90;%d;%dm    \033[0m %d %s\n' $((i / 256)) $((i % 256)) $i "$(date +%N%N%N)"
    sleep 0.05
done"""


def newest(rgb):
    """The number of the lowest line that is there."""
    column = rgb[:, 12]
    rows = (column[:, 0] == MARK).nonzero()[0]
    return int(column[rows[-1], 1]) * 256 + int(column[rows[-1], 2]) if len(rows) else 0


def ages(viewer, printed, seconds):
    """How old each picture was when it was there."""
    found, last = [], 0
    end = time.monotonic() + seconds
    viewer.request()
    while time.monotonic() < end:
        if not viewer.readable(0.5):
            continue
        if viewer.read_message() is None:
            continue
        viewer.request()
        number = newest(viewer.rgb())
        if number > last:
            last = number
            times = printed.read_text().split()
            found.append(time.time() - float(times[number - 1]))
    return found


@pytest.fixture(scope="module")
def far_away(build):
    """A shared desktop, and the line to it."""
    with SlowLine(RATE, DELAY) as line:
        share = Share(desktops.create("sway"), build)
        share.daemon.wrapper = line.wrapper
        with share:
            yield share, line
            share.check_clean_end()


@pytest.mark.parametrize("encodings", (("copyrect", "tight"), ("tight",)))
def test_what_is_seen_is_new(far_away, encodings):
    shared, line = far_away
    printed = shared.desktop.path("printed")
    printed.unlink(missing_ok=True)
    printed.touch()
    shared.desktop.start_terminal("sh", "-c", SCROLL, "sh", printed)
    viewer = shared.viewer(encodings=encodings, line=line.connect())
    viewer.refresh(60)
    found = sorted(ages(viewer, printed, 12))
    shared.close_clients()
    assert len(found) >= 20, found
    middle, late, worst = (found[int((len(found) - 1) * share)] for share in (0.5, 0.95, 1))
    print(f"{encodings}: {len(found)} pictures, in the middle {middle:.3f} s old, 19 of 20 under "
          f"{late:.3f} s, none over {worst:.3f} s")
    assert late < 0.4, found
