#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A line of a given rate and delay before a server: real packets between two network namespaces,
each behind a tun device, carried by hand (not every kernel has netem).

    with SlowLine(rate, delay) as line:
        ... start the server by line.wrapper, which is a command that runs it ...
        sock = line.connect()

The server listens on the line by a socket that is passed to it (sd_listen_fds), and on loopback by
another one, before that.
"""
import array
import collections
import ctypes
import fcntl
import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
SERVER, CLIENT, PORT = "198.51.100.1", "198.51.100.2", 5900
CONNECTIONS = 8
PACKET = 2048
# What the router before the line keeps of what it cannot send yet; the rest it drops.
ROUTER = 64 * 1024


def send_fds(sock, fds):
    sock.sendmsg([b"f"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])


def receive_fds(sock, count):
    _, control, _, _ = sock.recvmsg(1, socket.CMSG_LEN(4 * count))
    assert control, "the line's end was not made"
    return list(struct.unpack(f"{count}i", control[0][2][:4 * count]))


def enter_own_network(address):
    """The tun device of a network of this process's own, which has to have one thread."""
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network of its own")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        pathlib.Path(f"/proc/self/{name}").write_text(text)
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", f"{address}/24", "dev", "tun0"], check=True)
    subprocess.run(["ip", "link", "set", "tun0", "up"], check=True)
    return tun


def make_end(address, listens, number):
    """Gives the tun device of a network of its own, and the sockets there: one that listens, or
    some to connect with."""
    tun = enter_own_network(address)
    made = [socket.create_server((address, PORT))] if listens else \
        [socket.socket() for _ in range(CONNECTIONS)]
    with socket.socket(fileno=number) as there:
        send_fds(there, [tun, *(sock.fileno() for sock in made)])


def own_network(address, *options):
    """Of a process that ends at once, what make_end() gives."""
    here, there = socket.socketpair()
    with there:
        subprocess.run([sys.executable, "-B", __file__, "end", address, str(there.fileno()),
                        *options], pass_fds=[there.fileno()], check=True)
    return here


def serve(rig, command):
    """Becomes the server, which listens on loopback and on the line."""
    with own_network(SERVER, "--listens") as end:
        tun, on_line = receive_fds(end, 2)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(rig)
        send_fds(sock, [tun])
    os.close(tun)
    loopback = socket.create_server(("127.0.0.1", 0)).detach()
    listeners = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (loopback, on_line)]
    for number, fd in enumerate(listeners):
        os.dup2(fd, 3 + number)
    os.closerange(5, 64)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="rfb:rfb")
    os.execv(command[0], command)


class SlowLine:
    """A context manager. Octets from the server are carried at `rate` a second and arrive `delay`
    seconds later; those of the client are only late."""

    def __init__(self, rate, delay):
        self.rate, self.delay = rate, delay
        self.directory = tempfile.TemporaryDirectory(prefix="line")
        path = f"{self.directory.name}/rig"
        self.wrapper = (sys.executable, "-B", __file__, "serve", path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        with own_network(CLIENT) as end:
            self.client, *numbers = receive_fds(end, 1 + CONNECTIONS)
        self.sockets = [socket.socket(fileno=number) for number in numbers]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.listener.close()
        os.close(self.client)
        for sock in self.sockets:
            sock.close()
        self.directory.cleanup()

    def connect(self):
        """A connection to the server, over the line."""
        sock = self.sockets.pop()
        sock.settimeout(20)
        sock.connect((SERVER, PORT))
        return sock

    def run(self):
        while not self.over.is_set() and not select.select([self.listener], [], [], 0.1)[0]:
            pass
        if self.over.is_set():
            return
        with self.listener.accept()[0] as end:
            server, = receive_fds(end, 1)
        try:
            self.carry(server)
        finally:
            os.close(server)

    def carry(self, server):
        down, up = collections.deque(), collections.deque()  # (when it arrives, packet)
        sent = 0.0  # when the line has taken all that is on its way down
        while not self.over.is_set():
            now = time.monotonic()
            due = min((queue[0][0] for queue in (down, up) if queue), default=now + 0.1)
            readable = select.select([server, self.client], [], [], max(0, due - now))[0]
            now = time.monotonic()
            if server in readable:
                packet = os.read(server, PACKET)
                if (max(sent, now) - now) * self.rate + len(packet) <= ROUTER:
                    sent = max(sent, now) + len(packet) / self.rate
                    down.append((sent + self.delay, packet))
            if self.client in readable:
                up.append((now + self.delay, os.read(self.client, PACKET)))
            for queue, end in ((down, self.client), (up, server)):
                while queue and queue[0][0] <= now:
                    os.write(end, queue.popleft()[1])


if __name__ == "__main__":
    if sys.argv[1] == "end":
        make_end(sys.argv[2], "--listens" in sys.argv, int(sys.argv[3]))
    else:
        serve(sys.argv[2], sys.argv[3:])
