# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes and big-endian fields over a socket, which may become TLS on the way."""
import socket
import ssl
import struct
import time


class Closed(Exception):
    """The server hung up."""


class Refused(Exception):
    """The server said no, in the protocol's words."""


class Wire:
    """One connection; every read is exact and has the deadline of `timeout` seconds."""

    def __init__(self, address, timeout=20, source=None):
        """address: where to connect to, or the socket of a connection that is there; source: the
        loopback address to come from, to be a peer of its own."""
        if isinstance(address, socket.socket):
            self.socket = address
            self.socket.settimeout(timeout)
        elif isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, timeout,
                                                   (source, 0) if source else None)
        self.timeout = timeout
        self.received = 0
        self.layer = None    # of SASL or RA2: seals and opens records
        self.opened = b""

    def start_tls(self, certificate=None, host=None, mine=None, version=None):
        """certificate: a PEM file that must be the server's; None accepts any.

        mine: (certificate, key), PEM files of our own; version: an ssl.TLSVersion, no other.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = version or ssl.TLSVersion.TLSv1_2
        context.maximum_version = version or ssl.TLSVersion.MAXIMUM_SUPPORTED
        if mine:
            context.load_cert_chain(*(str(file) for file in mine))
        context.check_hostname = host is not None
        if certificate:
            context.load_verify_locations(certificate)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        else:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket, server_hostname=host)

    def start_anonymous_tls(self):
        """No certificate on either side; TLS 1.3 has no such thing."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("aNULL:@SECLEVEL=0")
        self.socket = context.wrap_socket(self.socket)

    def close(self):
        self.socket.close()

    def fileno(self):
        return self.socket.fileno()

    def start_layer(self, layer):
        """Everything from here on is records of it."""
        self.layer = layer

    def send(self, data):
        if self.layer:
            data = b"".join(self.layer.seal(data[i:i + 16384]) for i in range(0, len(data), 16384))
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError) as error:
            raise Closed(str(error)) from error

    def read(self, count):
        if not self.layer:
            return self.read_raw(count)
        while len(self.opened) < count:
            self.opened += self.layer.read_record(self.read_raw)
        data, self.opened = self.opened[:count], self.opened[count:]
        return data

    def read_raw(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                more = self.socket.recv(min(count - len(data), 1 << 20))
            except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
                raise Closed(str(error)) from error
            if not more:
                raise Closed(f"after {len(data)} of {count} bytes")
            data += more
        self.received += count
        return bytes(data)

    def fields(self, layout):
        """Big-endian fields, as struct spells them."""
        return struct.unpack(">" + layout, self.read(struct.calcsize(">" + layout)))

    def u8(self):
        return self.fields("B")[0]

    def u16(self):
        return self.fields("H")[0]

    def u32(self):
        return self.fields("I")[0]

    def sized(self):
        """A u32 length and so many bytes."""
        return self.read(self.u32())

    def read_to_end(self, limit=1 << 20):
        """Everything until the server hangs up."""
        data = bytearray()
        try:
            while len(data) < limit:
                more = self.socket.recv(65536)
                if not more:
                    break
                data += more
        except (ConnectionResetError, ssl.SSLError):
            pass
        return bytes(data)

    def wait_closed(self, seconds):
        """Whether the server hangs up within the time, whatever it still says."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self.socket.settimeout(max(0.01, end - time.monotonic()))
                if not self.socket.recv(65536):
                    return True
        except (socket.timeout, ssl.SSLWantReadError):
            return False
        except (ConnectionError, ssl.SSLError):
            return True
        finally:
            self.socket.settimeout(self.timeout)
        return False
