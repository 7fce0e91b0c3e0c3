# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's side of SCRAM (RFC 5802, RFC 7677), without channel binding."""
import base64
import hashlib
import hmac
import secrets


class ScramError(Exception):
    """The server's answer does not hold."""


def hash_name(mechanism):
    return {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}[mechanism]


def escape(name):
    return name.replace("=", "=3D").replace(",", "=2C")


def attributes(message):
    """r=...,s=...,i=... as a dictionary."""
    return dict(part.split("=", 1) for part in message.decode().split(","))


class Scram:
    """first() -> server-first -> final() -> server-final -> verify()."""

    def __init__(self, mechanism, user, password, nonce=None):
        self.hash = hash_name(mechanism)
        self.password = password.encode()
        self.nonce = nonce or base64.b64encode(secrets.token_bytes(18)).decode()
        self.bare = f"n={escape(user)},r={self.nonce}"
        self.authentication = b""
        self.salted = b""

    def digest(self, key, text):
        return hmac.new(key, text, self.hash).digest()

    def first(self):
        return ("n,," + self.bare).encode()

    def final(self, server_first):
        told = attributes(server_first)
        if not told["r"].startswith(self.nonce) or len(told["r"]) <= len(self.nonce):
            raise ScramError("the server did not extend our nonce")
        self.salted = hashlib.pbkdf2_hmac(self.hash, self.password, base64.b64decode(told["s"]),
                                          int(told["i"]))
        without_proof = f"c={base64.b64encode(b'n,,').decode()},r={told['r']}"
        self.authentication = b",".join([self.bare.encode(), server_first, without_proof.encode()])
        client_key = self.digest(self.salted, b"Client Key")
        signature = self.digest(hashlib.new(self.hash, client_key).digest(), self.authentication)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def verify(self, server_final):
        signature = self.digest(self.digest(self.salted, b"Server Key"), self.authentication)
        if attributes(server_final).get("v") != base64.b64encode(signature).decode():
            raise ScramError("the server does not know the password")
