# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's side of RA2_256 (security type 129), written from the specification over OpenSSL."""
import hashlib
import os
import struct

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from .wire import Refused

BITS = 2048
USER_AND_PASSWORD = 1
LONGEST = 8192


def omac(key, tweak, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(bytes(15) + bytes([tweak]) + data)
    return mac.finalize()


def xor(*texts):
    result = 0
    for text in texts:
        result ^= int.from_bytes(text, "big")
    return result.to_bytes(len(texts[0]), "big")


class Direction:
    """AES-256-EAX with a counter of records as the nonce."""

    def __init__(self, key):
        self.key = key
        self.count = 0

    def parts(self, header):
        nonce = omac(self.key, 0, self.count.to_bytes(16, "little"))
        self.count += 1
        stream = Cipher(algorithms.AES(self.key), modes.CTR(nonce)).encryptor()
        return nonce, omac(self.key, 1, header), stream

    def seal(self, data):
        header = struct.pack(">H", len(data))
        nonce, head, stream = self.parts(header)
        text = stream.update(data)
        return header + text + xor(nonce, head, omac(self.key, 2, text))

    def open(self, header, text, mac):
        nonce, head, stream = self.parts(header)
        if xor(nonce, head, omac(self.key, 2, text)) != mac:
            raise Refused("a record of the server was changed")
        return stream.update(text)


class Ra2:
    """A layer for Wire.start_layer()."""

    def __init__(self, sending, receiving):
        self.sending, self.receiving = Direction(sending), Direction(receiving)

    def seal(self, data):
        return b"".join(self.sending.seal(data[i:i + LONGEST])
                        for i in range(0, len(data), LONGEST))

    def read_record(self, read):
        header = read(2)
        text = read(struct.unpack(">H", header)[0])
        return self.receiving.open(header, text, read(16))


def public_octets(numbers):
    size = (numbers.n.bit_length() + 7) // 8
    return struct.pack(">I", numbers.n.bit_length()) + numbers.n.to_bytes(size, "big") + \
        numbers.e.to_bytes(size, "big")


def agree(wire):
    """From the server's key to both hashes: the layer is in place afterwards."""
    bits = wire.u32()
    size = (bits + 7) // 8
    modulus, exponent = wire.read(size), wire.read(size)
    theirs = struct.pack(">I", bits) + modulus + exponent
    server = rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"),
                                  int.from_bytes(modulus, "big")).public_key()
    key = rsa.generate_private_key(65537, BITS)
    ours = public_octets(key.public_key().public_numbers())
    our_random = os.urandom(32)
    encrypted = server.encrypt(our_random, padding.PKCS1v15())
    wire.send(ours + struct.pack(">H", len(encrypted)) + encrypted)
    their_random = key.decrypt(wire.read(wire.u16()), padding.PKCS1v15())
    wire.start_layer(Ra2(hashlib.sha256(their_random + our_random).digest(),
                         hashlib.sha256(our_random + their_random).digest()))
    wire.send(hashlib.sha256(ours + theirs).digest())
    if wire.read(32) != hashlib.sha256(theirs + ours).digest():
        raise Refused("the server saw other keys")
    return theirs


def fingerprint(key):
    """As viewers show it."""
    return "-".join(f"{octet:02x}" for octet in hashlib.sha1(key).digest()[:8])


def log_in(wire, user, password):
    agree(wire)
    if wire.u8() != USER_AND_PASSWORD:
        raise Refused("the server wants something else than user and password")
    wire.send(bytes([len(user)]) + user + bytes([len(password)]) + password)
