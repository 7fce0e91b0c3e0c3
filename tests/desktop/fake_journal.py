# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal as programs see it: the sockets of systemd-journald, and what was written to them.

    fake_journal.py CMD ARGS...     runs CMD with its standard error connected to the journal
"""
import os
import pathlib
import socket
import struct
import sys
import threading

DIRECTORY = pathlib.Path("/run/systemd/journal")  # private: see namespace.py
NATIVE, STREAM = DIRECTORY / "socket", DIRECTORY / "stdout"


def parse(datagram):
    """The fields of a record: systemd's "Native Journal Protocol"."""
    fields = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        key, equals, value = line.partition(b"=")
        if not equals:  # the value has lines of its own: its length comes first
            size = struct.unpack("<Q", datagram[:8])[0]
            value, datagram = datagram[8:8 + size], datagram[9 + size:]
        fields[key.decode()] = value.decode()
    return fields


class FakeJournal:
    """A context manager."""

    def __init__(self):
        self.records = []
        self.stream = b""
        self.native = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def __enter__(self):
        if not os.path.ismount("/run/systemd"):
            raise RuntimeError("this is the computer's own journal: run this by namespace.py")
        for path, sock in ((NATIVE, self.native), (STREAM, self.listener)):
            path.unlink(missing_ok=True)
            sock.bind(str(path))
        self.listener.listen()
        for work in (self.take_records, self.take_streams):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.native.close()
        self.listener.close()
        NATIVE.unlink()
        STREAM.unlink()

    def take_records(self):
        try:
            while datagram := self.native.recv(1 << 20):
                self.records.append(parse(datagram))
        except OSError:
            pass  # closed

    def take_streams(self):
        try:
            while True:
                connection = self.listener.accept()[0]
                while data := connection.recv(65536):
                    self.stream += data
        except OSError:
            pass

    def of(self, message_id, **fields):
        """The records of that kind."""
        return [record for record in list(self.records)
                if record.get("MESSAGE_ID") == message_id and
                all(record.get(key) == value for key, value in fields.items())]


def main():
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(str(STREAM))
    os.dup2(stream.fileno(), 2)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
