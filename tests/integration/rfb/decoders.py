# SPDX-License-Identifier: GPL-2.0-or-later
"""Raw, CopyRect, Hextile, Zlib, ZRLE, Tight and Open H.264 into a framebuffer of pixel values."""
import io
import zlib

import numpy

from . import h264

RAW, COPY_RECT, HEXTILE, ZLIB, TIGHT, ZRLE = 0, 1, 5, 6, 7, 16
OPEN_H264 = 50
HEXTILE_TILE, TILE = 16, 64
TIGHT_UNCOMPRESSED = 12


class BadEncoding(Exception):
    """The server's bytes do not follow the encoding."""


class Octets:
    """A cursor over inflated bytes."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise BadEncoding(f"{count} bytes wanted, {len(self.data) - self.at} there")
        self.at += count
        return self.data[self.at - count:self.at]

    def u8(self):
        return self.take(1)[0]

    def run_length(self):
        length = 1
        while True:
            octet = self.u8()
            length += octet
            if octet != 255:
                return length

    def at_end(self):
        return self.at == len(self.data)


def packed_indices(octets, width, height, bits):
    """Rows of indices of 1, 2 or 4 bits, each row starting at a byte."""
    stride = (width * bits + 7) // 8
    data = numpy.frombuffer(octets.take(stride * height), numpy.uint8)
    parts = [(data >> shift) & ((1 << bits) - 1) for shift in range(8 - bits, -1, -bits)]
    return numpy.stack(parts, axis=-1).reshape(height, -1)[:, :width]


class Decoder:
    """Keeps the zlib streams of one connection."""

    def __init__(self):
        self.zlib = zlib.decompressobj()
        self.zrle = zlib.decompressobj()
        self.tight = [zlib.decompressobj() for _ in range(4)]
        self.used_jpeg = False
        self.h264 = h264.Contexts()

    def decode(self, wire, encoding, pixel_format, framebuffer, rect):
        x, y, width, height = rect
        if x + width > framebuffer.shape[1] or y + height > framebuffer.shape[0]:
            raise BadEncoding(f"rectangle {rect} is outside of {framebuffer.shape[1::-1]}")
        target = framebuffer[y:y + height, x:x + width]
        if encoding == RAW:
            data = wire.read(width * height * pixel_format.size)
            target[:] = pixel_format.values(data).reshape(height, width)
        elif encoding == COPY_RECT:
            from_x, from_y = wire.fields("HH")
            target[:] = framebuffer[from_y:from_y + height, from_x:from_x + width].copy()
        elif encoding == HEXTILE:
            self.decode_hextile(wire, pixel_format, target)
        elif encoding == ZLIB:
            data = self.zlib.decompress(wire.sized())
            if len(data) != width * height * pixel_format.size:
                raise BadEncoding(f"Zlib data of {len(data)} bytes for {width}x{height} pixels")
            target[:] = pixel_format.values(data).reshape(height, width)
        elif encoding == ZRLE:
            self.decode_zrle(self.zrle.decompress(wire.sized()), pixel_format, target)
        elif encoding == TIGHT:
            self.decode_tight(wire, pixel_format, target)
        elif encoding == OPEN_H264:
            picture = self.h264.decode(wire, rect)
            if picture is None:
                raise BadEncoding("a frame of H.264 that shows nothing")
            target[:] = pixel_format.from_rgb(picture[:height, :width])
        else:
            raise BadEncoding(f"encoding {encoding}, which was not asked for")

    # --- Hextile (RFC 6143, 7.7.4)

    @staticmethod
    def decode_hextile(wire, pixel_format, target):
        background = foreground = None

        def pixel():
            return pixel_format.values(wire.read(pixel_format.size))[0]
        for y in range(0, target.shape[0], HEXTILE_TILE):
            for x in range(0, target.shape[1], HEXTILE_TILE):
                tile = target[y:y + HEXTILE_TILE, x:x + HEXTILE_TILE]
                bits = wire.u8()
                if bits & 1:
                    data = wire.read(tile.size * pixel_format.size)
                    tile[:] = pixel_format.values(data).reshape(tile.shape)
                    background = foreground = None  # viewers differ in whether they last
                    continue
                background = pixel() if bits & 2 else background
                foreground = pixel() if bits & 4 else foreground
                if background is None:
                    raise BadEncoding("a Hextile tile without a background")
                tile[:] = background
                if bits & 16:
                    foreground = None
                if bits & 8:
                    paint_subrects(wire, pixel_format, tile, bits & 16, foreground)

    # --- ZRLE (RFC 6143, 7.7.6)

    def decode_zrle(self, data, pixel_format, target):
        octets = Octets(data)
        for y in range(0, target.shape[0], TILE):
            for x in range(0, target.shape[1], TILE):
                self.decode_tile(octets, pixel_format, target[y:y + TILE, x:x + TILE])
        if not octets.at_end():
            raise BadEncoding("bytes behind the last tile")

    def decode_tile(self, octets, pixel_format, tile):
        height, width = tile.shape
        kind = octets.u8()
        size = pixel_format.cpixel_layout()[0]
        if kind == 0:
            tile[:] = pixel_format.cpixels(octets.take(size * width * height)).reshape(tile.shape)
        elif kind == 1:
            tile[:] = pixel_format.cpixels(octets.take(size))[0]
        elif 2 <= kind <= 16:
            palette = pixel_format.cpixels(octets.take(size * kind))
            bits = 1 if kind == 2 else 2 if kind <= 4 else 4
            tile[:] = palette[packed_indices(octets, width, height, bits)]
        elif kind == 128:
            self.decode_runs(tile, lambda: (pixel_format.cpixels(octets.take(size))[0],
                                            octets.run_length()))
        elif kind >= 130:
            palette = pixel_format.cpixels(octets.take(size * (kind - 128)))

            def palette_run():
                index = octets.u8()
                return (palette[index], 1) if index < 128 else (palette[index - 128],
                                                                octets.run_length())
            self.decode_runs(tile, palette_run)
        else:
            raise BadEncoding(f"ZRLE sub-encoding {kind}")

    @staticmethod
    def decode_runs(tile, next_run):
        values, lengths, total = [], [], 0
        while total < tile.size:
            value, length = next_run()
            values.append(value)
            lengths.append(length)
            total += length
        if total != tile.size:
            raise BadEncoding("a run leaves its tile")
        tile[:] = numpy.repeat(numpy.array(values, numpy.uint32), lengths).reshape(tile.shape)

    # --- Tight (rfbproto, "Tight Encoding")

    def decode_tight(self, wire, pixel_format, target):
        control = wire.u8()
        for stream in range(4):
            if control & (1 << stream):
                self.tight[stream] = zlib.decompressobj()
        kind = control >> 4
        if kind == 8:
            target[:] = pixel_format.tpixels(wire.read(pixel_format.tpixel_size))[0]
        elif kind == 9:
            self.decode_jpeg(wire, pixel_format, target)
        elif kind < 8:
            self.decode_basic(wire, pixel_format, target, kind)
        else:
            raise BadEncoding(f"Tight compression control {control:#x}")

    def decode_jpeg(self, wire, pixel_format, target):
        from PIL import Image
        self.used_jpeg = True
        with Image.open(io.BytesIO(wire.read(compact_length(wire)))) as image:
            picture = numpy.asarray(image.convert("RGB"))
        if picture.shape[:2] != target.shape:
            raise BadEncoding("the JPEG has another size than its rectangle")
        target[:] = pixel_format.from_rgb(picture)

    def decode_basic(self, wire, pixel_format, target, kind):
        height, width = target.shape
        size = pixel_format.tpixel_size
        stream = self.tight[kind & 3]
        chosen = wire.u8() if kind & 4 else 0
        if chosen == 0:
            data = read_tight(wire, stream, size * width * height)
            target[:] = pixel_format.tpixels(data).reshape(target.shape)
        elif chosen == 1:
            count = wire.u8() + 1
            palette = pixel_format.tpixels(wire.read(size * count))
            if count == 2:
                octets = Octets(read_tight(wire, stream, (width + 7) // 8 * height))
                target[:] = palette[packed_indices(octets, width, height, 1)]
            else:
                data = read_tight(wire, stream, width * height)
                target[:] = palette[numpy.frombuffer(data, numpy.uint8)].reshape(target.shape)
        elif chosen == 2:
            data = read_tight(wire, stream, size * width * height)
            target[:] = pixel_format.from_rgb(gradient(data, width, height))
        else:
            raise BadEncoding(f"Tight filter {chosen}")


def paint_subrects(wire, pixel_format, tile, coloured, foreground):
    count = wire.u8()
    size = pixel_format.size if coloured else 0
    data = numpy.frombuffer(wire.read(count * (size + 2)), numpy.uint8).reshape(count, size + 2)
    if coloured:
        values = pixel_format.values(data[:, :size].tobytes())
    elif foreground is None:
        raise BadEncoding("Hextile subrectangles without a foreground")
    else:
        values = [foreground] * count
    for value, (position, extent) in zip(values, data[:, size:].tolist()):
        right, bottom = (position >> 4) + (extent >> 4) + 1, (position & 15) + (extent & 15) + 1
        if right > tile.shape[1] or bottom > tile.shape[0]:
            raise BadEncoding("a subrectangle leaves its tile")
        tile[position & 15:bottom, position >> 4:right] = value


def compact_length(wire):
    length = shift = 0
    for _ in range(3):
        octet = wire.u8()
        length |= (octet & (0x7f if shift < 14 else 0xff)) << shift
        if not octet & 0x80 or shift == 14:
            break
        shift += 7
    return length


def read_tight(wire, stream, count):
    if count < TIGHT_UNCOMPRESSED:
        return wire.read(count)
    data = stream.decompress(wire.read(compact_length(wire)))
    if len(data) != count:
        raise BadEncoding(f"Tight data inflates to {len(data)} bytes, not {count}")
    return data


def gradient(data, width, height):
    """Undoes the gradient filter; only for 8 bits a channel."""
    rows = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3).astype(numpy.int32)
    above = numpy.zeros((width + 1, 3), numpy.int32)
    result = numpy.zeros((height, width, 3), numpy.uint8)
    for y in range(height):
        here = numpy.zeros((width + 1, 3), numpy.int32)
        for x in range(width):
            guess = numpy.clip(above[x + 1] + here[x] - above[x], 0, 255)
            here[x + 1] = (rows[y, x] + guess) & 0xff
        result[y] = here[1:]
        above = here
    return result
