# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer: logs in, asks, draws into an array, sends input."""
import dataclasses
import socket
import struct
import time

import numpy

from . import login
from .clipboard import ClipboardEnd
from .decoders import (COPY_RECT, HEXTILE, OPEN_H264, RAW, TIGHT, ZLIB, ZRLE, BadEncoding,
                       Decoder)
from .pixels import BGRX, PixelFormat
from .wire import Wire

DESKTOP_SIZE, LAST_RECT, CURSOR, DESKTOP_NAME = -223, -224, -239, -307
EXTENDED_DESKTOP_SIZE, FENCE, CONTINUOUS_UPDATES = -308, -312, -313
CURSOR_WITH_ALPHA, EXTENDED_MOUSE, QEMU_KEY = -314, -316, -258
LED_STATE, POINTER_POS, POINTER_MOTION = -261, -232, -257
VMWARE_LEDS, VMWARE_POSITION = 0x574d5668, 0x574d5666
CAPS_LED, NUM_LED = 4, 2
QUALITY_0, COMPRESS_0 = -32, -256
PICTURE = {"raw": RAW, "copyrect": COPY_RECT, "hextile": HEXTILE, "zlib": ZLIB, "zrle": ZRLE,
           "tight": TIGHT, "h264": OPEN_H264}
EXTENSIONS = (LAST_RECT, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE, DESKTOP_NAME, CURSOR,
              CURSOR_WITH_ALPHA, FENCE, CONTINUOUS_UPDATES, QEMU_KEY, EXTENDED_MOUSE)
SHIFT, RETURN, ESCAPE = 0xffe1, 0xff0d, 0xff1b


@dataclasses.dataclass
class Cursor:
    width: int
    height: int
    hotspot: tuple
    pixels: bytes


class Client:
    """One session; the constructor logs in and reads ServerInit."""

    def __init__(self, address, user="", password="", security="x509-plain", mechanism=None,
                 certificate=None, host=None, version="003.008", shared=True, timeout=20, source=None,
                 encodings=("tight", "zrle", "raw"), extensions=EXTENSIONS, pixel_format=BGRX,
                 mine=None):
        self.wire = Wire(address, timeout, source)
        try:
            login.log_in(self.wire, security, user, password, mechanism, certificate, host,
                         version, mine)
            self.wire.send(bytes([shared]))
            width, height = self.wire.fields("HH")
            self.server_format = PixelFormat.unpack(self.wire.read(16))
            self.name = self.wire.sized().decode()
        except BaseException:
            self.wire.close()
            raise
        self.decoder = Decoder()
        self.framebuffer = numpy.zeros((height, width), numpy.uint32)
        self.layout = []
        self.resize_results = []   # (reason, status) of every ExtendedDesktopSize
        self.cursor = None
        self.leds = None           # the bits of the last LED state
        self.pointer_place = None
        self.pointer_absolute = True
        self.fences = []           # payloads the server answered
        self.continuous_ends = 0
        self.announced = set()     # pseudo-encodings the server has confirmed
        self.bells = 0
        self.clipboard = ClipboardEnd()
        self.updates = 0
        self.encodings_seen = set()
        self.set_pixel_format(pixel_format)
        self.set_encodings([PICTURE[name] for name in encodings] + list(extensions))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.wire.close()

    @property
    def size(self):
        return self.framebuffer.shape[1], self.framebuffer.shape[0]

    def rgb(self):
        """The picture as an array of height x width x 3 bytes."""
        return self.pixel_format.rgb(self.framebuffer)

    # --- what we say

    def set_pixel_format(self, pixel_format):
        self.pixel_format = pixel_format
        self.wire.send(b"\0\0\0\0" + pixel_format.pack())

    def set_encodings(self, numbers):
        self.wire.send(struct.pack(f">BxH{len(numbers)}i", 2, len(numbers), *numbers))

    def request(self, incremental=True, rect=None):
        rect = rect or (0, 0, *self.size)
        self.wire.send(struct.pack(">BBHHHH", 3, incremental, *rect))

    def key(self, keysym, down):
        self.wire.send(struct.pack(">BBxxI", 4, down, keysym))

    def qemu_key(self, keysym, keycode, down):
        self.wire.send(struct.pack(">BBHII", 255, 0, down, keysym, keycode))

    def press(self, keysym):
        self.key(keysym, True)
        self.key(keysym, False)

    def type(self, text):
        for character in text:
            self.press(RETURN if character == "\n" else ord(character))

    def pointer(self, x, y, buttons=0):
        self.wire.send(struct.pack(">BBHH", 5, buttons, x, y))

    def extended_pointer(self, x, y, buttons):
        self.wire.send(struct.pack(">BBHHB", 5, 0x80 | (buttons & 0x7f), x, y, buttons >> 7))

    def click(self, x, y, button=1):
        self.pointer(x, y)
        self.pointer(x, y, 1 << (button - 1))
        self.pointer(x, y)

    def cut_text(self, text):
        self.wire.send(struct.pack(">BxxxI", 6, len(text)) + text)

    def extended_cut_text(self, body):
        self.wire.send(struct.pack(">Bxxxi", 6, -len(body)) + body)

    def fence(self, payload, flags=0x80000000):
        self.wire.send(struct.pack(">BxxxIB", 248, flags, len(payload)) + payload)

    def continuous_updates(self, enable, rect=None):
        rect = rect or (0, 0, *self.size)
        self.wire.send(struct.pack(">BBHHHH", 150, enable, *rect))

    def set_desktop_size(self, width, height, screens=None):
        screens = screens if screens is not None else [(0, 0, 0, width, height, 0)]
        self.wire.send(struct.pack(">BxHHBx", 251, width, height, len(screens)) + b"".join(
            struct.pack(">IHHHHI", *screen) for screen in screens))

    # --- what we hear

    def read_message(self):
        """Reads and obeys one message; returns the rectangles of an update, else None."""
        kind = self.wire.u8()
        if kind == 0:
            return self.read_update()
        if kind == 2:
            self.bells += 1
        elif kind == 3:
            length = self.wire.fields("BBBi")[3]
            if length < 0:
                self.clipboard.take(self.wire.read(-length))
            else:
                self.clipboard.latin1.append(self.wire.read(length))
        elif kind == 150:
            self.continuous_ends += 1
        elif kind == 248:
            self.read_fence()
        else:
            raise BadEncoding(f"server message {kind}")
        return None

    def read_fence(self):
        _, _, _, flags, length = self.wire.fields("BBBIB")
        payload = self.wire.read(length)
        if flags & 0x80000000:
            self.fence(payload, flags & 0x7)
        else:
            self.fences.append(payload)

    def read_update(self):
        _, count = self.wire.fields("BH")
        rects = []
        while len(rects) < count:
            x, y, width, height, encoding = self.wire.fields("HHHHi")
            if encoding == LAST_RECT:
                break
            self.read_rect(encoding, (x, y, width, height))
            rects.append((encoding, x, y, width, height))
        self.updates += 1
        return rects

    def read_rect(self, encoding, rect):
        x, y, width, height = rect
        if encoding == DESKTOP_SIZE:
            self.resize(width, height)
        elif encoding == EXTENDED_DESKTOP_SIZE:
            count = self.wire.fields("Bxxx")[0]
            self.layout = [self.wire.fields("IHHHHI") for _ in range(count)]
            self.resize_results.append((x, y))
            if y == 0:
                self.resize(width, height)
        elif encoding == DESKTOP_NAME:
            self.name = self.wire.sized().decode()
        elif encoding == CURSOR:
            pixels = self.wire.read(width * height * self.pixel_format.size)
            self.wire.read((width + 7) // 8 * height)
            self.cursor = Cursor(width, height, (x, y), pixels)
        elif encoding == CURSOR_WITH_ALPHA:
            if self.wire.fields("i")[0] != RAW:
                raise BadEncoding("CursorWithAlpha that is not Raw")
            self.cursor = Cursor(width, height, (x, y), self.wire.read(width * height * 4))
        elif encoding in (LED_STATE, VMWARE_LEDS):
            self.leds = self.wire.fields("B" if encoding == LED_STATE else "I")[0]
        elif encoding in (POINTER_POS, VMWARE_POSITION):
            self.pointer_place = x, y
        elif encoding == POINTER_MOTION:
            self.pointer_absolute = bool(x)
        elif encoding in (QEMU_KEY, EXTENDED_MOUSE):
            self.announced.add(encoding)
        else:
            self.encodings_seen.add(encoding)
            self.decoder.decode(self.wire, encoding, self.pixel_format, self.framebuffer, rect)

    def resize(self, width, height):
        if (width, height) == self.size:
            return
        old = self.framebuffer
        self.framebuffer = numpy.zeros((height, width), numpy.uint32)
        both = min(height, old.shape[0]), min(width, old.shape[1])
        self.framebuffer[:both[0], :both[1]] = old[:both[0], :both[1]]

    # --- waiting

    def next_update(self, timeout=None):
        """The rectangles of the next update; TimeoutError when none begins in time."""
        end = time.monotonic() + timeout if timeout is not None else None
        while True:
            rects = self.next_message(None if end is None else end - time.monotonic())
            if rects is not None:
                return rects

    def next_message(self, timeout=None):
        if timeout is not None and not self.readable(timeout):
            raise TimeoutError(f"nothing from the server in {timeout:.1f} s")
        return self.read_message()

    def readable(self, seconds):
        import select
        pending = getattr(self.wire.socket, "pending", lambda: 0)()
        return bool(pending or self.wire.opened) or bool(select.select([self.wire], [], [], max(0, seconds))[0])

    def refresh(self, timeout=20):
        """Asks for everything anew and returns the picture."""
        self.request(incremental=False)
        area = 0
        end = time.monotonic() + timeout
        size = self.size
        while area < size[0] * size[1]:
            rects = self.next_update(end - time.monotonic())
            painted = sum(w * h for encoding, _, _, w, h in rects if encoding >= 0)
            area += painted
            if self.size != size:
                size, area = self.size, 0
                self.request(incremental=False)
            elif area < size[0] * size[1]:
                self.request()  # news without pixels, or a part, use up a request
        return self.rgb()

    def wait_for(self, condition, timeout=10, what="the picture wanted"):
        """Follows the screen until condition(rgb) holds, and returns the picture."""
        end = time.monotonic() + timeout
        self.request(incremental=False)
        outstanding = True
        while True:
            picture = self.rgb()
            if condition(picture):
                return picture
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come within {timeout} s")
            if not outstanding:
                self.request()
                outstanding = True
            if self.readable(min(0.5, max(0, end - time.monotonic()))) \
                    and self.read_message() is not None:
                outstanding = False

    def settle(self, quiet=0.6, timeout=15):
        """The picture, asked for anew, when nothing has changed for `quiet` seconds."""
        self.refresh(timeout)
        return self.rest(quiet, timeout)

    def rest(self, quiet=0.6, timeout=15):
        """The same of what comes by itself: what is wrong stays."""
        end = time.monotonic() + timeout
        self.request()
        while time.monotonic() < end:
            if not self.readable(quiet):
                return self.rgb()
            if self.read_message() is not None:
                self.request()
        return self.rgb()

    def wait_fence(self, payload, timeout=10):
        """Sends a fence and reads until it comes back; returns how long that took."""
        begin = time.monotonic()
        self.fence(payload)
        while payload not in self.fences:
            self.next_message(timeout - (time.monotonic() - begin))
        return time.monotonic() - begin

    def wait_told(self, condition, timeout=20, what="what was wanted"):
        """Reads until condition() holds; what it gives comes back."""
        end = time.monotonic() + timeout
        while not (found := condition()):
            try:
                self.next_message(end - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"{what} did not come within {timeout} s") from None
        return found

    def catch_up(self):
        """Asks for news, and reads what the server has said until then."""
        self.request()
        return self.wait_fence(b"news %d" % len(self.fences))

    def closed_within(self, seconds):
        return self.wire.wait_closed(seconds)


def can_connect(address):
    try:
        socket.create_connection(address, 2).close()
        return True
    except OSError:
        return False
