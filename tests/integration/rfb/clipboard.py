# SPDX-License-Identifier: GPL-2.0-or-later
"""The Extended Clipboard of rfbproto, from the viewer's side."""
import struct
import zlib

EXTENDED_CLIPBOARD = 0xc0a1e5ce - (1 << 32)
TEXT, RTF, HTML, DIB = 1, 2, 4, 8
CAPS, REQUEST, PEEK, NOTIFY, PROVIDE = (1 << bit for bit in range(24, 29))
FORMATS = (TEXT, RTF, HTML, DIB)
EVERYTHING = TEXT | RTF | HTML | DIB | REQUEST | PEEK | NOTIFY | PROVIDE


def caps(flags=EVERYTHING):
    return struct.pack(">I", CAPS | flags) + bytes(4 * bin(flags & 0xffff).count("1"))


def action(flags):
    return struct.pack(">I", flags)


def provide(contents):
    plain = b"".join(struct.pack(">I", len(contents[bit])) + contents[bit]
                     for bit in FORMATS if bit in contents)
    return struct.pack(">I", PROVIDE | sum(contents)) + zlib.compress(plain)


def text_to_wire(text):
    return text.replace("\n", "\r\n").encode() + b"\0"


class ClipboardEnd:
    """What a viewer knows of the other side, from the messages that came."""

    def __init__(self):
        self.server_caps = None
        self.notified = []   # formats
        self.requested = []  # formats
        self.provided = []   # {format: octets}
        self.latin1 = []     # texts of plain messages

    def take(self, body):
        flags = struct.unpack_from(">I", body)[0]
        formats = flags & 0xffff
        if flags & CAPS:
            assert len(body) == 4 + 4 * bin(formats).count("1")
            self.server_caps = flags
        elif flags & NOTIFY:
            self.notified.append(formats)
        elif flags & REQUEST:
            self.requested.append(formats)
        elif flags & PROVIDE:
            self.provided.append(self.unpack(formats, zlib.decompress(body[4:])))
        else:
            raise AssertionError(f"clipboard flags {flags:#x}")

    @staticmethod
    def unpack(formats, plain):
        contents = {}
        for bit in FORMATS:
            if formats & bit:
                size = struct.unpack_from(">I", plain)[0]
                contents[bit] = plain[4:4 + size]
                assert len(contents[bit]) == size
                plain = plain[4 + size:]
        assert not plain
        return contents
