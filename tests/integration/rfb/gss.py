# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's side of GSSAPI as a SASL mechanism (RFC 4752), and its security layer.

The ticket is that of the environment (KRB5_CONFIG, KRB5CCNAME), which must be set before.
"""
import struct

import gssapi

NO_LAYER, CONFIDENTIALITY = 1, 4
MAX_BUFFER = 65536


class Gss:
    """One context with SERVICE@HOST; afterwards what seals and opens records."""

    def __init__(self, service="vnc", host="localhost"):
        name = gssapi.Name(f"{service}@{host}", gssapi.NameType.hostbased_service)
        self.context = gssapi.SecurityContext(name=name, usage="initiate", flags=[
            gssapi.RequirementFlag.mutual_authentication, gssapi.RequirementFlag.integrity,
            gssapi.RequirementFlag.confidentiality])
        self.server_buffer = 0
        self.pending = b""

    def first(self):
        return self.context.step()

    def step(self, token):
        """What answers the server's token; None when there is nothing to say."""
        return self.context.step(token) or None

    def choose_layer(self, token, layer=None, buffer=MAX_BUFFER, act_as=b""):
        """Answers the server's offer of layers, by the strongest unless told otherwise."""
        offered = self.context.unwrap(token).message
        self.server_buffer = struct.unpack(">I", b"\0" + offered[1:4])[0]
        if layer is None:
            layer = CONFIDENTIALITY if offered[0] & CONFIDENTIALITY else NO_LAYER
        if layer == NO_LAYER:
            buffer = 0
        answer = bytes([layer]) + struct.pack(">I", buffer)[1:] + act_as
        return layer, self.context.wrap(answer, False).message

    # --- the layer

    def seal(self, data):
        token = self.context.wrap(data, True).message
        return struct.pack(">I", len(token)) + token

    def open(self, token):
        return self.context.unwrap(token).message

    def read_record(self, read):
        return self.open(read(struct.unpack(">I", read(4))[0]))
