# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands between who speaks libei and the compositor's EIS, and notes the input that goes by.

The protocol: messages of object (64 bits), length and opcode (32 bits each, the length with the
header), and their arguments; see the description of its interfaces in libei.  The names of objects
come with the events that make them.
"""
import array
import os
import socket
import struct

from gi.repository import GLib

HEADER = struct.Struct("=QII")
MOST = 1 << 16
# The requests that are input, by interface and opcode, in the words of the portal's methods.
INPUT = {
    ("ei_keyboard", 1): ("NotifyKeyboardKeycode", "=II", lambda key, state: [key, state]),
    ("ei_button", 1): ("NotifyPointerButton", "=II", lambda button, state: [button, state]),
    ("ei_pointer", 1): ("NotifyPointerMotion", "=ff", lambda x, y: [x, y]),
    ("ei_pointer_absolute", 1): ("NotifyPointerMotionAbsolute", "=ff", lambda x, y: [None, x, y]),
    ("ei_scroll", 2): ("NotifyPointerAxisDiscrete", "=ii",
                       lambda x, y: [0, y // 120] if y else [1, x // 120]),
}


class EisRelay:
    """theirs: what the application is given.  on_input(method, arguments) is called with all input;
    slow() says how many seconds each takes."""

    def __init__(self, compositor, on_input, slow):
        self.compositor = socket.socket(fileno=compositor)
        self.application, self.theirs = socket.socketpair()
        self.on_input = on_input
        self.slow = slow
        self.interfaces = {}
        self.from_application, self.from_compositor = b"", b""
        self.waits = False
        self.open = True
        for end, take in ((self.compositor, self.take_event), (self.application,
                                                               self.take_request)):
            GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, end.fileno(),
                                  GLib.IOCondition.IN | GLib.IOCondition.HUP,
                                  lambda _fd, _condition, t=take: self.open and t())

    def close(self):
        if self.open:
            self.open = False
            self.compositor.close()
            self.application.close()

    def take_event(self):
        try:
            data, ancillary, _, _ = self.compositor.recvmsg(
                MOST, socket.CMSG_SPACE(16 * array.array("i").itemsize))
            self.application.sendmsg([data], ancillary)
        except OSError:
            data, ancillary = b"", []
        for _, _, descriptors in ancillary:
            for descriptor in memoryview(descriptors).cast("i"):
                os.close(descriptor)
        if not data:
            self.close()
            return False
        self.from_compositor += data
        while message := self.cut("from_compositor"):
            self.learn(message[HEADER.size:])
        return True

    def learn(self, arguments):
        """Of ei_device.interface: the object, its name, its version."""
        if len(arguments) < 16:
            return
        made, length = struct.unpack_from("=QI", arguments)
        name = arguments[12:12 + length].rstrip(b"\0")
        if name.startswith(b"ei_") and len(arguments) == 16 + -(-length // 4) * 4:
            self.interfaces[made] = name.decode()

    def cut(self, which):
        data = getattr(self, which)
        if len(data) < HEADER.size:
            return b""
        length = HEADER.unpack_from(data)[1]
        if len(data) < length:
            return b""
        setattr(self, which, data[length:])
        return data[:length]

    def take_request(self):
        try:
            data = self.application.recv(MOST)
        except OSError:
            data = b""
        if not data:
            self.close()
            return False
        self.from_application += data
        if not self.waits:
            self.hand_on()
        return True

    def hand_on(self):
        self.waits = False
        while self.open and not self.waits and (message := self.cut("from_application")):
            thing, _, opcode = HEADER.unpack_from(message)
            known = INPUT.get((self.interfaces.get(thing), opcode))
            try:
                self.compositor.sendall(message)
            except OSError:
                self.close()
                return False
            if known:
                method, form, words = known
                self.on_input(method, words(*struct.unpack_from(form, message, HEADER.size)))
                if self.slow():
                    self.waits = True
                    GLib.timeout_add(int(1000 * self.slow()), self.hand_on)
        return False
