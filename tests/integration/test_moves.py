# SPDX-License-Identifier: GPL-2.0-or-later
"""What moved on the screen is copied by the viewers (CopyRect), and every viewer's picture stays
right: our own, the real ones, and noVNC's decoders."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

import numpy
import pytest

from rfb import pixels
from rfb.client import EXTENSIONS
from rfb.decoders import COPY_RECT, RAW, TIGHT, ZRLE
from share import pointer_shows, same_picture
from test_viewers import VIEWERS, address, finish, picture, start

pytestmark = pytest.mark.on("mutter")

# Seconds: longer than what scrolls takes, also on a machine that is busy.
WATCH = "12"
NOVNC = pathlib.Path("/usr/share/novnc")


def scrolls(shared, go_on=True):
    """Lines of all kinds, for a few seconds (and until a viewer has seen enough of it), and then
    stands still."""
    file = shared.desktop.path("scroll-on")
    if go_on:
        file.touch()
    shared.desktop.start_terminal(
        "sh", "-c", "printf '\\033[?25l'; i=0; while [ $i -lt 70 ] || [ -e $0 ]; do i=$((i+1));"
        " printf '\\033[3%dm%d: %s\\033[0m\\n' $((i % 8)) $i $(echo $i $i $i | md5sum);"
        " sleep 0.05; done; sleep 1000", file)


class Tap:
    """Stands before the wire and keeps the octets of the rectangle that is read."""

    def __init__(self, viewer):
        self.read_rect, self.wire = viewer.read_rect, viewer.wire
        self.read, self.kept, self.rects = self.wire.read, None, []
        viewer.read_rect, self.wire.read = self.on_rect, self.on_read

    def on_read(self, count):
        octets = self.read(count)
        if self.kept is not None:
            self.kept.append(bytes(octets))
        return octets

    def on_rect(self, encoding, rect):
        self.kept = []
        self.read_rect(encoding, rect)
        octets, self.kept = b"".join(self.kept), None
        if encoding in (RAW, COPY_RECT, TIGHT, ZRLE):
            self.rects.append(struct.pack(">HHHHiI", *rect, encoding, len(octets)) + octets)


def follow(shared, viewer, updates=12):
    viewer.wait_for(lambda rgb: viewer.updates >= updates, 30, "enough updates")
    shared.desktop.path("scroll-on").unlink(missing_ok=True)
    return viewer.rest(quiet=1.5, timeout=30)


@pytest.mark.parametrize("encoding", ("tight", "zrle", "raw"))
def test_a_scroll_is_copied(shared, encoding):
    scrolls(shared)
    viewer = shared.viewer(encodings=("copyrect", encoding))
    rgb = follow(shared, viewer)
    assert COPY_RECT in viewer.encodings_seen, "nothing was copied"
    same_picture(rgb, shared.screenshot())


def test_not_for_those_who_do_not_list_it(shared):
    scrolls(shared)
    viewer = shared.viewer(encodings=("tight",))
    same_picture(follow(shared, viewer), shared.screenshot())
    assert viewer.encodings_seen == {TIGHT}


def test_under_the_pointer_that_is_drawn_for_who_may_only_look(shared):
    """In the middle of the scroll, and moved meanwhile."""
    actor = shared.viewer()
    shared.set_access("[('view', 'host:127.0.0.9')]", "control")
    scrolls(shared)
    viewer = shared.viewer(encodings=("copyrect", "tight"), source="127.0.0.9")
    actor.pointer(300, 200)
    viewer.wait_for(lambda rgb: viewer.updates >= 6, 30, "some updates")
    actor.pointer(500, 400)
    follow(shared, viewer)
    assert COPY_RECT in viewer.encodings_seen, "nothing was copied"
    assert pointer_shows(shared, viewer, (500, 400))


def test_two_that_join_at_different_times(shared):
    scrolls(shared)
    first = shared.viewer(encodings=("copyrect", "zrle"))
    first.wait_for(lambda rgb: first.updates >= 4, 30, "some updates")
    second = shared.viewer(encodings=("copyrect", "zrle"))
    for viewer in (second, first):
        same_picture(follow(shared, viewer, 1), shared.screenshot())


@pytest.fixture
def novnc(tmp_path):
    """noVNC's sources, as modules that node takes."""
    assert NOVNC.is_dir(), "the package novnc is missing"
    for part in ("core", "vendor"):
        shutil.copytree(NOVNC / part, tmp_path / part)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


@pytest.mark.parametrize("encoding", ("tight", "zrle", "raw"))
def test_novnc_decodes_it(shared, novnc, encoding):
    if not (novnc / "core" / "decoders" / f"{encoding}.js").exists():
        pytest.skip(f"this noVNC has no {encoding}")
    scrolls(shared)
    viewer = shared.viewer(encodings=("copyrect", encoding), pixel_format=pixels.RGBX,
                           extensions=EXTENSIONS)
    tap = Tap(viewer)
    same_picture(follow(shared, viewer), shared.screenshot())
    (novnc / "rects").write_bytes(b"".join(tap.rects))
    width, height = viewer.size
    told = subprocess.run(["node", VIEWERS / "novnc_decode.mjs", novnc, str(width), str(height),
                           novnc / "rects", novnc / "picture"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert told.returncode == 0, told.stdout
    assert json.loads(told.stdout)[str(COPY_RECT)] > 0
    decoded = numpy.fromfile(novnc / "picture", numpy.uint8).reshape(height, width, 3)
    same_picture(decoded, shared.screenshot())


def watching(shared, command):
    """A real viewer's picture after it has watched the scroll; its session copied."""
    scrolls(shared, go_on=False)
    return finish(start(shared, *command))


def test_gtk_vnc_copies(shared):
    file = shared.desktop.path("moved-gtk.png")
    watching(shared, [sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                      shared.daemon.user, "--certificate", shared.daemon.certificate,
                      "--snapshot", file, "--watch", WATCH, address(shared)])
    same_picture(picture(file), shared.screenshot())


def test_tigervnc_copies(shared):
    file = shared.desktop.path("moved-tiger.png")
    watching(shared, [sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                      shared.daemon.certificate, "--snapshot", file, "--wait", WATCH,
                      address(shared)])
    same_picture(picture(file), shared.screenshot())


def test_libvncclient_copies(shared):
    file = shared.desktop.path("moved-lvc.ppm")
    host, port = shared.daemon.address
    watching(shared, [os.environ["GDS_LIBVNCCLIENT_VIEWER"], host, port,
                      shared.daemon.certificate, "copyrect tight", file, "", WATCH])
    same_picture(picture(file), shared.screenshot())
