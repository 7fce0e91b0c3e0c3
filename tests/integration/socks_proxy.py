# SPDX-License-Identifier: GPL-2.0-or-later
"""A SOCKS 5 proxy on loopback with all three logins, GSS-API (RFC 1961) by the real library among
them; honest, or lying at one step. Debian has no other that knows GSS-API."""
import contextlib
import socket
import struct
import threading

import gssapi

NONE, GSSAPI, PASSWORD, UNACCEPTABLE = 0, 1, 2, 255
AUTHENTICATION, PROTECTION, DATA, ABORT = 1, 2, 3, 255
METHODS = {"none": NONE, "gssapi": GSSAPI, "password": PASSWORD}


class Over(Exception):
    """The connection has come to its end."""


def read(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise Over("closed")
        data += more
    return data


class Plain:
    """What goes over the line as it is."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, data):
        self.sock.sendall(data)

    def read(self, count):
        return read(self.sock, count)

    def some(self):
        return self.sock.recv(65536)


class Wrapped:
    """RFC 1961, section 5. `lie` goes for the first message only."""

    def __init__(self, sock, context, level, lie=None):
        self.sock, self.context, self.level, self.lie = sock, context, level, lie
        self.clear = b""

    def send(self, data):
        for start in range(0, len(data), 8192):
            piece = data[start:start + 8192]
            lie, self.lie = self.lie, None
            if lie == "clear data":
                self.sock.sendall(piece)
                continue
            token = self.context.wrap(piece, self.level == 2 and lie != "not encrypted").message
            if lie == "changed data":
                token = token[:-1] + bytes([token[-1] ^ 1])
            message = struct.pack(">BBH", 1, DATA, len(token)) + token
            if lie == "no token":
                message = struct.pack(">BBH", 1, DATA, 0)
            if lie == "ended":
                message = bytes([1, ABORT])
            self.sock.sendall(message * 2 if lie == "repeated data" else message)

    def some(self):
        if not self.clear:
            version, kind, length = struct.unpack(">BBH", read(self.sock, 4))
            assert (version, kind) == (1, DATA), "the client sends something unprotected"
            message = self.context.unwrap(read(self.sock, length))
            assert message.encrypted == (self.level == 2), "the client does not keep to the level"
            self.clear = message.message
        data, self.clear = self.clear, b""
        return data

    def read(self, count):
        while len(self.clear) < count:
            have, self.clear = self.clear, b""
            self.clear = have + self.some()
        data, self.clear = self.clear[:count], self.clear[count:]
        return data


class SocksProxy:
    """A context manager. `seen` is what it saw, step by step."""

    def __init__(self, login="none", user=None, keytab=None, level=2, lie=None, reply=0,
                 early=False):
        self.login, self.user, self.keytab = METHODS[login], user, keytab
        self.level, self.lie, self.reply = level, lie, reply
        self.early = early  # answers before it is asked
        self.seen, self.faults = [], []
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.run)]
        self.sockets = []

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.listener.close()
        for sock in self.sockets:
            sock.close()
        assert not self.faults, self.faults

    def run(self):
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(sock)
            self.start(self.serve, sock)

    def start(self, target, *arguments):
        self.threads.append(threading.Thread(target=target, args=arguments))
        self.threads[-1].start()

    def serve(self, sock):
        try:
            self.serve_client(sock)
        except (Over, OSError):
            pass
        except Exception as error:  # pylint: disable=broad-except
            self.faults.append(repr(error))
        finally:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def serve_client(self, sock):
        if self.early:
            sock.sendall(bytes([5, self.login]))
        version, count = read(sock, 2)
        methods = read(sock, count)
        self.seen.append(("methods", tuple(methods)))
        assert version == 5
        if self.lie == "hang up":
            return
        if self.login not in methods:
            sock.sendall(bytes([5, UNACCEPTABLE]))
            raise Over
        elif not self.early:
            sock.sendall(bytes([5, self.login]))
        line = {NONE: Plain, PASSWORD: self.check_password, GSSAPI: self.check_ticket}[
            self.login](sock)
        self.connect(line)

    def check_password(self, sock):
        version, length = read(sock, 2)
        name = read(sock, length)
        secret = read(sock, read(sock, 1)[0])
        self.seen.append(("user", name.decode()))
        good = (name.decode(), secret.decode()) == self.user
        sock.sendall(bytes([version, not good]))
        if not good:
            raise Over
        return Plain(sock)

    # --- RFC 1961

    def check_ticket(self, sock):
        credentials = gssapi.Credentials(usage="accept", store={"keytab": str(self.keytab)})
        context = gssapi.SecurityContext(creds=credentials, usage="accept")
        while not context.complete:
            token = self.read_message(sock, AUTHENTICATION)
            if self.lie in LIES_OF_TOKENS:
                sock.sendall(LIES_OF_TOKENS[self.lie])
                self.wait_for_abort(sock)
            answer = context.step(token)
            self.send_message(sock, AUTHENTICATION, answer or b"")
        flags = context.actual_flags
        self.seen.append(("user", str(context.initiator_name)))
        self.seen.append(("delegated", bool(
            flags & gssapi.RequirementFlag.delegate_to_peer) or
            context.delegated_creds is not None))
        self.seen.append(("mutual", bool(flags & gssapi.RequirementFlag.mutual_authentication)))
        token = self.read_message(sock, PROTECTION)
        asked = context.unwrap(token).message if len(token) > 1 else token
        self.seen.append(("level", asked[0]))
        level = self.level_message(context)
        sock.sendall(struct.pack(">BBH", 1, PROTECTION, len(level)) + level)
        if self.lie in LIES_OF_LEVELS:
            self.wait_for_abort(sock)
        return Wrapped(sock, context, self.level, self.lie)

    def level_message(self, context):
        octet = bytes([self.level])
        if self.lie == "nec":
            return octet
        if self.lie == "two levels":
            octet = b"\2\2"
        if self.lie == "level changed":
            return context.wrap(octet, False).message[:-1] + b"x"
        if self.lie == "level is none":
            return b"\2 and so on"
        return context.wrap(octet, False).message

    def wait_for_abort(self, sock):
        self.seen.append(("aborted", read(sock, 2) == bytes([1, ABORT])))
        raise Over

    @staticmethod
    def read_message(sock, expected):
        version, kind, length = struct.unpack(">BBH", read(sock, 4))
        assert (version, kind) == (1, expected)
        return read(sock, length)

    @staticmethod
    def send_message(sock, kind, token):
        sock.sendall(struct.pack(">BBH", 1, kind, len(token)) + token)

    # --- RFC 1928

    def connect(self, line):
        version, command, _, kind = line.read(4)
        assert (version, command) == (5, 1)
        if kind == 3:
            host = line.read(line.read(1)[0]).decode()
        else:
            family, size = {1: (socket.AF_INET, 4), 4: (socket.AF_INET6, 16)}[kind]
            host = socket.inet_ntop(family, line.read(size))
        port, = struct.unpack(">H", line.read(2))
        self.seen.append(("to", kind, host, port))
        if self.reply:
            line.send(bytes([5, self.reply, 0, 1]) + bytes(6))
            raise Over
        host = {"viewer.example.org": "127.0.0.1"}.get(host, host)  # the proxy's own name service
        far = socket.create_connection((host, port), 10)
        self.sockets.append(far)
        answers = {"name": b"\5\0\0\3\4desk\0\0", "ipv6": b"\5\0\0\4" + bytes(18)}
        line.send(answers.get(self.lie, b"\5\0\0\1" + bytes(6)))
        self.start(self.pump, Plain(far), line)
        self.pump(line, Plain(far))

    def pump(self, come, go):
        try:
            while True:
                data = come.some()
                if not data:
                    break
                go.send(data)
        except (Over, OSError):
            pass
        except Exception as error:  # pylint: disable=broad-except
            self.faults.append(repr(error))
        for line in (come, go):
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)


LIES_OF_TOKENS = {
    "empty token": struct.pack(">BBH", 1, AUTHENTICATION, 0),
    "no ticket": struct.pack(">BBH", 1, AUTHENTICATION, 16) + b"not by this key.",
    "over-long token": struct.pack(">BBH", 1, AUTHENTICATION, 65535) + bytes(100),
    "another message": struct.pack(">BBH", 1, PROTECTION, 1) + b"\2",
    "another version": struct.pack(">BBH", 2, AUTHENTICATION, 1) + b"\2",
}
LIES_OF_LEVELS = ("two levels", "level changed", "level is none")
LIES_OF_DATA = ("clear data", "not encrypted", "changed data", "no token", "ended")
