# SPDX-License-Identifier: GPL-2.0-or-later
"""A line of a given rate and delay before a server, on loopback, where the kernel has no netem."""
import collections
import contextlib
import select
import socket
import threading
import time

# What the line itself holds of what it has not carried yet, as a router would.
WINDOW = 8192
# Loopback's own would be 64 kB, and so small a window would stand still.
SEGMENT = 1200
TURN = 0.004  # seconds between two looks


class SlowLine:
    """A context manager; `address` is its near end. One connection at a time and way of it: octets
    from the server are taken at `rate` a second, and arrive `delay` seconds later."""

    def __init__(self, server, rate, delay):
        self.server, self.rate, self.delay = server, rate, delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.listener.close()
        self.thread.join()

    def run(self):
        self.listener.settimeout(0.2)
        while not self.over.is_set():
            try:
                near, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with near, socket.socket() as far:
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
                far.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
                far.connect(self.server)
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(OSError):
                    self.carry(near, far)

    def carry(self, near, far):
        down, up = collections.deque(), collections.deque()
        allowance, last = 0.0, time.monotonic()
        while not self.over.is_set():
            now = time.monotonic()
            allowance = min(allowance + (now - last) * self.rate, self.rate * 0.02)
            last = now
            waits = [near] + ([far] if allowance >= 1 else [])
            readable = select.select(waits, [], [], TURN)[0]
            if far in readable:
                octets = far.recv(int(allowance))
                if not octets:
                    return
                allowance -= len(octets)
                down.append((time.monotonic() + self.delay, octets))
            if near in readable:
                octets = near.recv(65536)
                if not octets:
                    return
                up.append((time.monotonic() + self.delay, octets))
            for queue, end in ((down, near), (up, far)):
                while queue and queue[0][0] <= time.monotonic():
                    end.sendall(queue.popleft()[1])
