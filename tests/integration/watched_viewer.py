# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer with a window of its own: somewhere on its screen is the picture that it was sent."""
import os
import pathlib
import subprocess
import sys

import numpy
from PIL import Image

from processes import NotReady, wait_until

VIEWERS = pathlib.Path(__file__).resolve().parent / "viewers"
POINTER = 40  # pixels, the largest that is painted into a picture
SAMPLES, MOST_HITS = 40, 3000


def packed(picture):
    """A number per pixel."""
    wide = picture.astype(numpy.uint32)
    return wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]


def places_of(truth, seen):
    """Where on the screen the picture may begin, as (y, x): by pixels of it that are rare there."""
    height, width = truth.shape
    rows, columns = seen.shape[0] - height + 1, seen.shape[1] - width + 1
    if rows < 1 or columns < 1:
        return set()
    outstanding = numpy.argwhere(truth != truth[0, 0])
    if len(outstanding) == 0:
        outstanding = numpy.array([(0, 0)])
    samples = outstanding[numpy.linspace(0, len(outstanding) - 1, SAMPLES).astype(int)]
    found = []
    for y, x in samples:
        hits = numpy.argwhere(seen[y:y + rows, x:x + columns] == truth[y, x])
        if 0 < len(hits) < MOST_HITS:
            found.append(hits)
    # where something begins: a picture without rare pixels may fill its window
    begins = numpy.argwhere(seen != seen[-1, -1]).min(axis=0, initial=max(seen.shape))
    places = {tuple(begins)} if (begins < (rows, columns)).all() else set()
    for hits in sorted(found, key=len)[:3]:  # a pointer may hide one
        places |= {tuple(hit) for hit in hits if fits(truth, seen, hit, samples)}
    return places


def fits(truth, seen, place, samples):
    """Whether most of the samples are there."""
    at = samples + place
    return (seen[at[:, 0], at[:, 1]] == truth[samples[:, 0], samples[:, 1]]).mean() > 0.5


def shows(seen, truth):
    """Whether the screen shows that picture, pixel by pixel; a pointer may be painted into it."""
    seen, truth = packed(seen), packed(truth)
    height, width = truth.shape
    for y, x in places_of(truth, seen):
        different = numpy.argwhere(seen[y:y + height, x:x + width] != truth)
        if len(different) == 0 or (numpy.ptp(different, axis=0) < POINTER).all():
            return True
    return False


class WatchedViewer:
    """A context manager: one of the programs in viewers/ that follow watched_window.py."""

    def __init__(self, share, program, *options):
        self.share = share
        self.file = share.desktop.path(f"{program}.bmp")
        self.file.unlink(missing_ok=True)
        host, port = share.daemon.address
        environment = dict(os.environ, VNC_USERNAME=share.daemon.user,
                           VNC_PASSWORD=share.daemon.password)
        # pylint: disable=consider-using-with
        self.log = open(share.desktop.path(f"{program}.log"), "w+", encoding="utf-8")
        self.popen = subprocess.Popen(
            [sys.executable, "-B", str(VIEWERS / f"{program}.py"), "--certificate",
             str(share.daemon.certificate), "--snapshot", str(self.file), *map(str, options),
             f"{host}:{port}"], env=environment, stdin=subprocess.PIPE, stdout=self.log,
            stderr=self.log, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.stdin.close()
        try:
            self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self.log.close()

    def told(self):
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def type(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def resize(self, width, height):
        """Of sizing_viewer.py."""
        self.type(f"{width} {height}")

    def wait_shows(self, picture, seconds=60):
        """Any picture."""
        try:
            wait_until(lambda: self.shows(picture), seconds, "the picture is not shown")
        except NotReady as error:
            raise NotReady(f"{error}\n{self.told()}") from None

    def wait_shows_the_screen(self, seconds=90):
        try:
            wait_until(self.shows_the_screen, seconds, "the screen is not shown")
        except NotReady as error:
            raise NotReady(f"{error}\n{self.told()}") from None

    def shows_the_screen(self):
        return self.shows(self.share.screenshot())

    def shows(self, picture):
        assert self.popen.poll() is None, self.told()
        if not self.file.exists():
            return False
        with Image.open(self.file) as image:
            seen = numpy.asarray(image.convert("RGB"))
        return shows(seen, picture)
