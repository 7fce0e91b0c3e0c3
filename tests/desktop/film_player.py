#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A film on the desktop: a window over all of it, in which some pictures like photographs follow each
other. They are the same in every run, so that a test knows them.

    film_player.py WIDTHxHEIGHT+X+Y PICTURES_PER_SECOND
"""
import re
import sys

import numpy

PICTURES = 24


def pictures(width, height):
    """Those of the film, as arrays of height x width x 3 bytes."""
    dice = numpy.random.default_rng(1)
    y, x = numpy.mgrid[0:height, 0:width]
    made = []
    for turn in range(PICTURES):
        around = 2 * numpy.pi * turn / PICTURES
        base = 118 + 55 * numpy.sin(x / 37 + around) + 40 * numpy.cos(y / 29 - x / 83 - around)
        channels = [base + 20, base + 12 * numpy.sin((x + y) / 53 + around), base - 30]
        grain = dice.normal(0, 2, (height, width, 1))
        made.append((numpy.stack(channels, axis=-1) + grain).clip(0, 255).astype(numpy.uint8))
    return made


def play(width, height, left, top, rate):
    import gi
    gi.require_version("Gtk", "3.0")
    from gi.repository import GdkPixbuf, GLib, Gtk
    shown = [GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(picture.tobytes()), GdkPixbuf.Colorspace.RGB, False, 8, width, height,
        3 * width) for picture in pictures(width, height)]
    image, place, window = Gtk.Image(), Gtk.Fixed(), Gtk.Window()
    place.put(image, left, top)
    window.add(place)
    window.set_decorated(False)
    window.fullscreen()
    turn = 0

    def next_picture():
        nonlocal turn
        image.set_from_pixbuf(shown[turn % PICTURES])
        turn += 1
        return True
    next_picture()
    window.show_all()
    GLib.timeout_add(1000 // rate, next_picture)
    Gtk.main()


if __name__ == "__main__":
    where = re.fullmatch(r"(\d+)x(\d+)\+(\d+)\+(\d+)", sys.argv[1])
    play(*map(int, where.groups()), int(sys.argv[2]))
