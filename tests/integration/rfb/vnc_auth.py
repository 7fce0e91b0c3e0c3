# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's side of VNC Authentication, over OpenSSL."""
from cryptography.hazmat.primitives.ciphers import Cipher, modes

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES


def response(challenge, password):
    """Viewers cut the password after eight bytes, and count the bits of each from the other end."""
    key = bytes(int(f"{octet:08b}"[::-1], 2) for octet in password[:8].ljust(8, b"\0"))
    encryptor = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()
    return encryptor.update(challenge)


def log_in(wire, password):
    wire.send(response(wire.read(16), password))
