# SPDX-License-Identifier: GPL-2.0-or-later
"""PIXEL_FORMAT (RFC 6143, 7.4) and the ways pixels stand on the wire."""
import dataclasses
import struct

import numpy


@dataclasses.dataclass(frozen=True)
class PixelFormat:
    bits: int = 32
    depth: int = 24
    big_endian: bool = False
    true_colour: bool = True
    red_max: int = 255
    green_max: int = 255
    blue_max: int = 255
    red_shift: int = 16
    green_shift: int = 8
    blue_shift: int = 0

    def pack(self):
        return struct.pack(">BBBBHHHBBBxxx", self.bits, self.depth, self.big_endian,
                           self.true_colour, self.red_max, self.green_max, self.blue_max,
                           self.red_shift, self.green_shift, self.blue_shift)

    @staticmethod
    def unpack(data):
        fields = struct.unpack(">BBBBHHHBBBxxx", data)
        return PixelFormat(fields[0], fields[1], bool(fields[2]), bool(fields[3]), *fields[4:])

    @property
    def size(self):
        return self.bits // 8

    def values(self, data, size=None):
        """Pixels of `size` bytes each as integers."""
        size = size or self.size
        octets = numpy.frombuffer(data, numpy.uint8).reshape(-1, size).astype(numpy.uint32)
        order = range(size) if not self.big_endian else range(size - 1, -1, -1)
        value = numpy.zeros(len(octets), numpy.uint32)
        for place, octet in enumerate(order):
            value |= octets[:, octet] << numpy.uint32(8 * place)
        return value

    def rgb(self, values):
        """Integers to bytes of red, green and blue."""
        channels = [((values >> shift) & most) * 255 // most for shift, most in (
            (self.red_shift, self.red_max), (self.green_shift, self.green_max),
            (self.blue_shift, self.blue_max))]
        return numpy.stack(channels, axis=-1).astype(numpy.uint8)

    def from_rgb(self, octets):
        """Red, green, blue bytes of a TPIXEL or JPEG to integers; only for 8 bits a channel."""
        octets = octets.astype(numpy.uint32)
        return (octets[..., 0] << numpy.uint32(self.red_shift)) \
            | (octets[..., 1] << numpy.uint32(self.green_shift)) \
            | (octets[..., 2] << numpy.uint32(self.blue_shift))

    # --- CPIXEL of ZRLE (RFC 6143, 7.7.5)

    def cpixel_layout(self):
        """(size, shift): a CPIXEL is the value without the byte that holds no colour."""
        if self.bits == 32 and self.depth <= 24 and self.true_colour:
            used = (self.red_max << self.red_shift) | (self.green_max << self.green_shift) \
                | (self.blue_max << self.blue_shift)
            if used < 1 << 24:
                return 3, 0
            if used & 0xff == 0:
                return 3, 8
        return self.size, 0

    def cpixels(self, data):
        size, shift = self.cpixel_layout()
        return self.values(data, size) << numpy.uint32(shift)

    # --- TPIXEL of Tight (rfbproto, "Tight Encoding")

    def has_tpixel(self):
        return self.bits == 32 and self.depth == 24 and self.true_colour and \
            (self.red_max, self.green_max, self.blue_max) == (255, 255, 255)

    @property
    def tpixel_size(self):
        return 3 if self.has_tpixel() else self.size

    def tpixels(self, data):
        if self.has_tpixel():
            return self.from_rgb(numpy.frombuffer(data, numpy.uint8).reshape(-1, 3))
        return self.values(data)


BGRX = PixelFormat()
RGBX = PixelFormat(red_shift=0, green_shift=8, blue_shift=16)
BGRX_BIG = PixelFormat(big_endian=True)
XBGR_HIGH = PixelFormat(red_shift=24, green_shift=16, blue_shift=8)
RGB565 = PixelFormat(16, 16, False, True, 31, 63, 31, 11, 5, 0)
RGB565_BIG = PixelFormat(16, 16, True, True, 31, 63, 31, 11, 5, 0)
RGB555 = PixelFormat(16, 15, False, True, 31, 31, 31, 10, 5, 0)
RGB332 = PixelFormat(8, 8, False, True, 7, 7, 3, 5, 2, 0)
RGB101010 = PixelFormat(32, 30, False, True, 1023, 1023, 1023, 20, 10, 0)
