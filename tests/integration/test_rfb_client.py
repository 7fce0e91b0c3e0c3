# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python client against the examples of the specifications, so that it can be trusted."""
import zlib

import numpy
import pytest

from rfb import decoders, pixels
from rfb.scram import Scram, ScramError


class Bytes:
    """A wire that has only these bytes."""

    def __init__(self, data):
        self.octets = decoders.Octets(data)

    def read(self, count):
        return bytes(self.octets.take(count))

    def u8(self):
        return self.octets.u8()

    def sized(self):
        return self.read(int.from_bytes(self.read(4), "big"))


def test_scram_sha_256_example_of_rfc_7677():
    scram = Scram("SCRAM-SHA-256", "user", "pencil", nonce="rOprNGfwEbeRWgbNEkqO")
    assert scram.first() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    nonce = b"rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    assert scram.final(b"r=" + nonce + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") == \
        b"c=biws,r=" + nonce + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    scram.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    with pytest.raises(ScramError):
        scram.verify(b"v=AAAA")


def test_scram_insists_on_its_nonce():
    with pytest.raises(ScramError):
        Scram("SCRAM-SHA-256", "user", "pencil", nonce="ours").final(b"r=theirs,s=AA==,i=4096")


def decode(encoding, data, size=(4, 2), pixel_format=pixels.BGRX):
    framebuffer = numpy.zeros((size[1], size[0]), numpy.uint32)
    decoders.Decoder().decode(Bytes(data), encoding, pixel_format, framebuffer, (0, 0, *size))
    return framebuffer


def zrle(octets):
    data = zlib.compress(octets)
    return len(data).to_bytes(4, "big") + data


def test_raw():
    assert decode(decoders.RAW, b"\3\2\1\0" * 8).tolist() == [[0x010203] * 4] * 2


def test_raw_big_endian():
    assert decode(decoders.RAW, b"\0\1\2\3" * 8,
                  pixel_format=pixels.BGRX_BIG).tolist() == [[0x010203] * 4] * 2


@pytest.mark.parametrize("tile, rows", [
    (b"\1\3\2\1", [[0x010203] * 4] * 2),
    (b"\2" b"\0\0\0" b"\xff\xff\xff" b"\x50\xa0", [[0, 0xffffff] * 2, [0xffffff, 0] * 2]),
    (b"\3" b"\0\0\0" b"\1\0\0" b"\2\0\0" b"\x18\x00", [[0, 1, 2, 0], [0] * 4]),
    (b"\x80" b"\1\0\0\2" b"\2\0\0\4", [[1, 1, 1, 2], [2] * 4]),
    (b"\x82" b"\0\0\0" b"\1\0\0" b"\0\x81\5\0", [[0, 1, 1, 1], [1, 1, 1, 0]]),
])
def test_zrle(tile, rows):
    assert decode(decoders.ZRLE, zrle(tile)).tolist() == rows


@pytest.mark.parametrize("tile, rows", [
    (b"\1" + b"\3\2\1\0" * 8, [[0x010203] * 4] * 2),
    (b"\2" b"\3\2\1\0", [[0x010203] * 4] * 2),
    (b"\x0e" b"\1\0\0\0" b"\2\0\0\0" b"\2" b"\x10\x10" b"\x31\0",
     [[1, 2, 2, 1], [1, 1, 1, 2]]),
    (b"\x1a" b"\1\0\0\0" b"\1" b"\5\0\0\0" b"\x21\x10", [[1] * 4, [1, 1, 5, 5]]),
])
def test_hextile(tile, rows):
    assert decode(decoders.HEXTILE, tile).tolist() == rows


@pytest.mark.parametrize("tile", (
    b"\0", b"\x0a" b"\1\0\0\0" b"\1" b"\0\0",
    b"\x0e" b"\1\0\0\0" b"\2\0\0\0" b"\1" b"\x30\x10"))
def test_hextile_refuses_what_viewers_would_not_draw_alike(tile):
    with pytest.raises(decoders.BadEncoding):
        decode(decoders.HEXTILE, tile)


def test_hextile_colours_last_from_tile_to_tile():
    tiles = b"\x0e" b"\1\0\0\0" b"\2\0\0\0" b"\1\0\0" b"\x08" b"\1\0\0"
    assert decode(decoders.HEXTILE, tiles, (18, 1)).tolist() == [[2] + [1] * 15 + [2, 1]]


def test_zlib():
    data = zlib.compress(b"\3\2\1\0" * 8)
    assert decode(decoders.ZLIB, len(data).to_bytes(4, "big") + data).tolist() == \
        [[0x010203] * 4] * 2


def test_zlib_refuses_another_number_of_pixels():
    data = zlib.compress(b"\3\2\1\0" * 7)
    with pytest.raises(decoders.BadEncoding):
        decode(decoders.ZLIB, len(data).to_bytes(4, "big") + data)


def test_zrle_refuses_a_run_that_leaves_its_tile():
    with pytest.raises(decoders.BadEncoding):
        decode(decoders.ZRLE, zrle(b"\x80" b"\1\0\0\x08"))


def test_tight_fill():
    assert decode(decoders.TIGHT, b"\x80\1\2\3").tolist() == [[0x010203] * 4] * 2


def test_tight_two_colours_uncompressed():
    assert decode(decoders.TIGHT, b"\x40\1\1" b"\0\0\0" b"\1\2\3" b"\x50\xa0").tolist() == \
        [[0, 0x010203] * 2, [0x010203, 0] * 2]


def test_tight_copy_through_zlib():
    data = zlib.compress(b"\1\2\3" * 8)
    assert decode(decoders.TIGHT, bytes([0, len(data)]) + data).tolist() == [[0x010203] * 4] * 2


def test_tight_gradient():
    differences = b"\1\1\1" + b"\0\0\0" * 7  # the first pixel is 1, all others follow
    data = zlib.compress(differences)
    assert decode(decoders.TIGHT, bytes([0x40, 2, len(data)]) + data).tolist() == \
        [[0x010101] * 4] * 2


def test_rectangle_outside_is_an_error():
    framebuffer = numpy.zeros((2, 4), numpy.uint32)
    with pytest.raises(decoders.BadEncoding):
        decoders.Decoder().decode(Bytes(b""), 0, pixels.BGRX, framebuffer, (1, 0, 4, 2))
