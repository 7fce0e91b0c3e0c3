# SPDX-License-Identifier: GPL-2.0-or-later
"""What moves like a film goes as H.264 to viewers that take it, and is as it should be at rest."""
import pathlib
import sys

import numpy
import pytest

import film_player
from rfb.client import EXTENSIONS, QUALITY_0
from rfb.decoders import TIGHT
from share import same_picture
from test_doors import tigervnc_with_ra2
from test_viewers import VIEWERS, address, finish, picture, start

pytestmark = pytest.mark.on("sway")

PLAYER = pathlib.Path(film_player.__file__)
WIDTH, HEIGHT, LEFT, TOP = FILM = (640, 360, 203, 101)
LOSSY = (*EXTENSIONS, QUALITY_0 + 6)
PSNR = 33  # dB


@pytest.fixture
def film(shared):
    """A film that plays; its process. Alone: sway 1.10 draws one picture of a window that comes to fill
    the screen in another's place, and no more."""
    shared.desktop.processes.stop("terminal")
    process = shared.desktop.spawn("film", sys.executable, "-B", PLAYER,
                                   "{}x{}+{}+{}".format(*FILM), "25", GDK_BACKEND="wayland")
    yield process
    shared.desktop.processes.stop("film")


def stop(shared):
    """What is shown stays."""
    shared.desktop.stop_process_by_signal("film")


def follow(viewer, condition, what):
    """As a viewer that shows what it is told, without ever asking for everything again."""
    viewer.wait_for(lambda rgb: condition(), 60, what)


def follow_frames(viewer, count):
    wanted = viewer.decoder.h264.frames + count
    follow(viewer, lambda: viewer.decoder.h264.frames >= wanted, "enough of the film")


def psnr(seen):
    """Of what is shown of the film, with the one of its pictures that it must be."""
    area = seen[TOP:TOP + HEIGHT, LEFT:LEFT + WIDTH].astype(float)
    error = min(((area - each) ** 2).mean() for each in film_player.pictures(WIDTH, HEIGHT))
    return 10 * numpy.log10(255 ** 2 / max(error, 1e-9))


def test_a_film_and_its_end(shared, film):
    viewer = shared.viewer(encodings=("h264", "tight"), extensions=LOSSY)
    follow_frames(viewer, 20)
    assert psnr(viewer.rgb()) > PSNR
    assert viewer.decoder.h264.contexts.keys() == {(LEFT, TOP, WIDTH, HEIGHT)}
    shared.client_object(Encoding="h264")
    stop(shared)
    same_picture(viewer.rest(2, 30), shared.screenshot())


def test_who_joins_sees_the_same(shared, film):
    first = shared.viewer(encodings=("h264", "tight"), extensions=LOSSY)
    follow_frames(first, 5)
    second = shared.viewer(encodings=("h264", "tight"), extensions=LOSSY)
    follow_frames(second, 20)  # the first one does not look meanwhile
    assert psnr(second.rgb()) > PSNR
    follow_frames(first, 20)
    assert psnr(first.rgb()) > PSNR
    stop(shared)
    for viewer in (first, second):
        same_picture(viewer.rest(2, 30), shared.screenshot())


@pytest.mark.parametrize("encodings, extensions", [
    (("tight",), LOSSY), (("h264", "tight"), EXTENSIONS)], ids=("not listed", "lossless"))
def test_not_for_those_who_do_not_want_it(shared, film, encodings, extensions):
    viewer = shared.viewer(encodings=encodings, extensions=extensions)
    end = viewer.updates + 60
    follow(viewer, lambda: viewer.updates >= end, "updates")
    assert viewer.encodings_seen == {TIGHT}
    stop(shared)
    same_picture(viewer.rest(2, 30), shared.screenshot())


def start_tigervnc(shared, file, wait):
    """It takes H.264 since 1.13, which Debian 12 does not have; RA2 is of the same age."""
    program = tigervnc_with_ra2()
    viewer = start(shared, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                   shared.daemon.certificate, "--snapshot", file, "--lossy", "--wait", wait,
                   *(["--program", program] if program else []), address(shared))
    shared.client_object(State="connected", User=shared.daemon.user)
    shared.client_object(Encoding="h264" if program else "tight")
    return viewer


def test_tigervnc_shows_it(shared, film):
    file = shared.desktop.path("film-moves.png")
    finish(start_tigervnc(shared, file, "5"))
    assert psnr(picture(file)) > PSNR


def test_tigervnc_at_its_end(shared, film):
    file = shared.desktop.path("film-rests.png")
    viewer = start_tigervnc(shared, file, "20")
    # Some more of it before it stops.
    watcher = shared.viewer(encodings=("h264", "tight"), extensions=LOSSY)
    follow_frames(watcher, 40)
    stop(shared)
    same_picture(watcher.rest(2, 30), shared.screenshot())
    finish(viewer)
    same_picture(picture(file), shared.screenshot())
