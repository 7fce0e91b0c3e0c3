# SPDX-License-Identifier: GPL-2.0-or-later
"""From the first byte to SecurityResult: versions, security types, VeNCrypt, Plain and SASL."""
import struct

from . import ra2, vnc_auth
from .scram import Scram
from .wire import Closed, Refused

NONE, VNC_AUTH, SASL, VENCRYPT, RA2_256 = 1, 2, 20, 19, 129
TLS_NONE, TLS_VNC, TLS_PLAIN = 257, 258, 259
X509_NONE, X509_VNC, X509_PLAIN, X509_SASL, X509_SASL_REGISTRY = 260, 261, 262, 263, 264
SUBTYPES = {"x509-none": X509_NONE, "x509-plain": X509_PLAIN, "x509-sasl": X509_SASL,
            "x509-vnc": X509_VNC, "x509-sasl-registry": X509_SASL_REGISTRY,
            "tls-none": TLS_NONE, "tls-vnc": TLS_VNC, "tls-plain": TLS_PLAIN}
SASL_MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1", "PLAIN")


def exchange_version(wire, version="003.008"):
    """Returns what the server said; both sides speak our version afterwards."""
    greeting = wire.read(12)
    wire.send(f"RFB {version}\n".encode())
    return greeting


def read_security_types(wire):
    """3.7 and later."""
    count = wire.u8()
    if count == 0:
        raise Refused(wire.sized().decode())
    return list(wire.read(count))


def choose_vencrypt(wire):
    """VeNCrypt up to its list of sub-types, which is returned."""
    wire.send(bytes([VENCRYPT]))
    if wire.fields("BB") != (0, 2):
        raise Refused("not VeNCrypt 0.2")
    wire.send(b"\0\2")
    if wire.u8() != 0:
        raise Refused("the server does not take VeNCrypt 0.2")
    return list(wire.fields(f"{wire.u8()}I"))


def choose_subtype(wire, subtype):
    wire.send(struct.pack(">I", subtype))
    if wire.u8() != 1:
        raise Refused("the server does not take the sub-type")


def send_plain(wire, user, password):
    user, password = to_bytes(user), to_bytes(password)
    wire.send(struct.pack(">II", len(user), len(password)) + user + password)


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def read_security_result(wire, version="003.008"):
    if wire.u32() == 0:
        return
    reason = wire.sized().decode() if version == "003.008" else ""
    raise Refused(reason)


# --- SASL (rfbproto, "SASL")

def sasl_blob(data):
    """No data is length 0, else the data is followed by a NUL which the length counts."""
    return struct.pack(">I", 0) if data is None else \
        struct.pack(">I", len(data) + 1) + data + b"\0"


def read_sasl_blob(wire):
    data = wire.sized()
    if data and data[-1:] != b"\0":
        raise Refused("the SASL data does not end in NUL")
    return data[:-1] if data else None


def read_mechanisms(wire):
    return wire.sized().decode().split(",")


def send_sasl_start(wire, mechanism, data):
    name = to_bytes(mechanism)
    wire.send(struct.pack(">I", len(name)) + name + sasl_blob(data))


def read_sasl_reply(wire):
    data = read_sasl_blob(wire)
    return data, wire.u8()


def run_sasl(wire, mechanism, user, password):
    offered = read_mechanisms(wire)
    if mechanism is None:
        mechanism = next(m for m in SASL_MECHANISMS if m in offered)
    if mechanism == "PLAIN":
        send_sasl_start(wire, mechanism, b"\0".join([b"", to_bytes(user), to_bytes(password)]))
        read_sasl_reply(wire)
        return mechanism
    if mechanism == "EXTERNAL":
        send_sasl_start(wire, mechanism, to_bytes(user))  # whom to act as; b"": oneself
        read_sasl_reply(wire)
        return mechanism
    if mechanism == "GSSAPI":
        return run_gssapi(wire)
    scram = Scram(mechanism, user, password)
    send_sasl_start(wire, mechanism, scram.first())
    server_first, complete = read_sasl_reply(wire)
    if complete:
        return mechanism  # refused: SecurityResult says so
    wire.send(sasl_blob(scram.final(server_first)))
    server_final, complete = read_sasl_reply(wire)
    if server_final and server_final.startswith(b"v="):
        scram.verify(server_final)
    elif not complete:
        raise Refused("SCRAM goes on for too long")
    return mechanism


def run_gssapi(wire, service="vnc", behind_last_step=b"", **choice):
    """With the ticket of the environment; returns the layer agreed on, or None.

    behind_last_step: what goes out in one piece with the last message.
    """
    from .gss import NO_LAYER, Gss
    gss = Gss(service)
    send_sasl_start(wire, "GSSAPI", gss.first())
    token, complete = read_sasl_reply(wire)
    while not gss.context.complete and not complete:
        answer = gss.step(token)
        wire.send(sasl_blob(answer))
        token, complete = read_sasl_reply(wire)
    if complete:
        return None  # refused: SecurityResult says so
    layer, answer = gss.choose_layer(token, **choice)
    wire.send(sasl_blob(answer) + behind_last_step)
    read_sasl_reply(wire)
    return None if layer == NO_LAYER else gss


OUTER_TYPES = {"none": NONE, "vnc-auth": VNC_AUTH, "ra2-256": RA2_256}


def run_outer_type(wire, kind, offered, user, password, version):
    """A security type beside VeNCrypt and SASL."""
    if kind not in offered:
        raise Refused(f"{kind} is not among {offered}")
    wire.send(bytes([kind]))
    if kind == VNC_AUTH:
        vnc_auth.log_in(wire, to_bytes(password))
    elif kind == RA2_256:
        ra2.log_in(wire, to_bytes(user), to_bytes(password))
    if kind != NONE or version == "003.008":
        read_security_result(wire, version)


def log_in(wire, security, user, password, mechanism=None, certificate=None, host=None,
           version="003.008", mine=None):
    """The whole of it; raises Refused with the server's reason."""
    exchange_version(wire, version)
    if version == "003.003":
        kind = wire.u32()
        if kind == 0:
            raise Refused(wire.sized().decode())
        if kind not in (NONE, VNC_AUTH):
            raise Refused(f"RFB 3.3 with security type {kind}")
        if kind == VNC_AUTH:
            vnc_auth.log_in(wire, to_bytes(password))
            read_security_result(wire, version)
        return
    types = read_security_types(wire)
    if security in OUTER_TYPES:
        run_outer_type(wire, OUTER_TYPES[security], types, user, password, version)
        return
    if security == "sasl":
        if SASL not in types:
            raise Refused(f"SASL is not among {types}")
        wire.send(bytes([SASL]))
        layer = run_sasl(wire, mechanism, user, password)
        read_security_result(wire, version)
        wire.start_layer(layer)
        return
    if VENCRYPT not in types:
        raise Refused(f"VeNCrypt is not among {types}")
    subtypes = choose_vencrypt(wire)
    if SUBTYPES[security] not in subtypes:
        raise Refused(f"{security} is not among {subtypes}")
    choose_subtype(wire, SUBTYPES[security])
    if security.startswith("tls-"):
        wire.start_anonymous_tls()
    else:
        wire.start_tls(certificate, host, mine)
    if security.endswith("-plain"):
        send_plain(wire, user, password)
    elif security.endswith("-vnc"):
        vnc_auth.log_in(wire, to_bytes(password))
    elif security.startswith("x509-sasl"):
        run_sasl(wire, mechanism, user, password)
    read_security_result(wire, version)


def expect_refusal(wire):
    """The reason the server gives now, before it hangs up; "" when it hangs up without one."""
    try:
        if wire.u32() == 0:
            raise AssertionError("the server let us in")
        reason = wire.sized().decode()
    except Closed:
        return ""
    if not wire.wait_closed(10):
        raise AssertionError("the server refused and did not hang up")
    return reason
