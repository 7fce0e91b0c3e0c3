# SPDX-License-Identifier: GPL-2.0-or-later
"""The viewer's picture is the compositor's own, pixel for pixel, in every lossless encoding."""
import numpy
import pytest

from rfb import pixels
from rfb.client import COMPRESS_0, EXTENSIONS, PICTURE, QUALITY_0
from rfb.decoders import TIGHT, ZRLE
from share import same_picture

ENCODINGS = ("raw", "hextile", "zlib", "zrle", "tight")
TRUE = ("BGRX", "RGBX", "BGRX_BIG", "XBGR_HIGH")
FEWER = ("RGB565", "RGB565_BIG", "RGB555", "RGB332")


@pytest.fixture
def scene(shared):
    if not hasattr(shared, "scene"):
        shared.show_scene()
        shared.scene = shared.screenshot()
    return shared


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", TRUE)
def test_lossless(scene, encoding, name):
    viewer = scene.viewer(encodings=(encoding,), pixel_format=getattr(pixels, name))
    same_picture(viewer.settle(), scene.scene)
    assert viewer.encodings_seen == {PICTURE[encoding]}
    assert not viewer.decoder.used_jpeg


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", FEWER)
def test_fewer_colours_are_the_nearest(scene, encoding, name):
    pixel_format = getattr(pixels, name)
    viewer = scene.viewer(encodings=(encoding,), pixel_format=pixel_format)
    picture = viewer.settle().astype(int)
    for channel, most in enumerate((pixel_format.red_max, pixel_format.green_max,
                                    pixel_format.blue_max)):
        worst = numpy.abs(picture[..., channel] - scene.scene[..., channel]).max()
        assert worst <= 255 / most + 1, f"channel {channel} is off by {worst}"


def test_thirty_bit_colour(scene):
    viewer = scene.viewer(encodings=("zrle",), pixel_format=pixels.RGB101010)
    assert numpy.abs(viewer.settle().astype(int) - scene.scene).max() <= 1


@pytest.mark.on("sway")
def test_photos_are_jpeg_when_the_viewer_wants_it(fresh):
    file = fresh.desktop.path("photo.png")
    fresh.desktop.run("convert", "-size", "1280x720", "-seed", "7", "plasma:tan-steelblue",
                      "-attenuate", "0.3", "+noise", "Gaussian", file)
    fresh.desktop.processes.stop("terminal")
    fresh.desktop.command(f"output HEADLESS-1 bg {file} fill")
    fresh.wait_terminal_drawn(colours=1000)
    truth = fresh.screenshot().astype(int)
    sizes = {}
    for level in (2, 6, 9):
        viewer = fresh.viewer(encodings=())
        viewer.set_encodings([TIGHT, QUALITY_0 + level, *EXTENSIONS])
        picture = viewer.refresh().astype(int)
        sizes[level] = viewer.wire.received
        assert viewer.decoder.used_jpeg, "no JPEG though the viewer wants it"
        assert 0 < numpy.abs(picture - truth).mean() < 12
        # At rest it becomes what it is, bit by bit.
        viewer.wait_for(lambda rgb: bool((rgb == truth).all()), 20, "a picture without loss")
    assert sizes[2] < sizes[6] < sizes[9]
    viewer = fresh.viewer(encodings=("tight",))  # without a level it stays lossless
    same_picture(viewer.settle(), fresh.screenshot())
    assert not viewer.decoder.used_jpeg


@pytest.mark.parametrize("level", (0, 1, 9))
def test_compression_levels_are_lossless(scene, level):
    viewer = scene.viewer(encodings=())
    viewer.set_encodings([TIGHT, COMPRESS_0 + level, *EXTENSIONS])
    same_picture(viewer.settle(), scene.scene)


def test_encoding_changes_in_a_session(scene):
    viewer = scene.viewer(encodings=("tight",))
    viewer.settle()
    for encoding in ("zrle", "zlib", "raw", "tight", "hextile", "zrle", "zlib", "tight"):
        viewer.set_encodings([PICTURE[encoding], *EXTENSIONS])
        viewer.framebuffer[:] = 0
        viewer.encodings_seen.clear()
        same_picture(viewer.settle(quiet=0.3), scene.scene)
        assert viewer.encodings_seen == {PICTURE[encoding]}


def test_pixel_format_changes_in_a_session(scene):
    viewer = scene.viewer(encodings=("zrle",))
    viewer.settle()
    for pixel_format in (pixels.RGB332, pixels.RGBX, pixels.BGRX_BIG, pixels.BGRX):
        viewer.wait_fence(b"quiet")
        viewer.set_pixel_format(pixel_format)
        picture = viewer.settle(quiet=0.3)
    same_picture(picture, scene.scene)
    assert viewer.encodings_seen == {ZRLE}


def test_raw_when_nothing_is_asked_for(scene):
    """Raw is always allowed (RFC 6143, 7.7.1)."""
    viewer = scene.viewer(encodings=())
    viewer.set_encodings([])
    same_picture(viewer.settle(), scene.scene)
    assert viewer.encodings_seen == {PICTURE["raw"]}


def test_pixels_after_much_movement(shared):
    """Incremental updates add up to the same picture."""
    shared.desktop.start_terminal(
        "sh", "-c", "printf '\\033[?25l'; for i in $(seq 300); do echo line $i; sleep 0.01; done;"
        " sleep 1000")
    viewer = shared.viewer()
    viewer.wait_for(lambda rgb: False if viewer.updates < 20 else True, 20, "twenty updates")
    viewer.settle(quiet=1.5)
    same_picture(viewer.rgb(), shared.screenshot())
    if hasattr(shared, "scene"):
        del shared.scene
