# SPDX-License-Identifier: GPL-2.0-or-later
"""What bad input gets: a refusal in the protocol's words, a closed connection, one line in the
journal, and nobody else disturbed."""
import itertools
import struct

import pytest

from rfb import login
from rfb.client import EXTENSIONS
from rfb.wire import Closed, Refused, Wire

pytestmark = pytest.mark.on("mutter")
addresses = (f"127.1.{a}.{b}" for a, b in itertools.product(range(250), range(1, 250)))


@pytest.fixture
def bystander(shared):
    """A viewer that must not notice anything."""
    viewer = shared.viewer()
    viewer.settle()
    yield viewer
    assert viewer.wait_fence(b"undisturbed", 5) < 2
    shared.viewer().wait_fence(b"others still get in")


@pytest.fixture
def connection(shared, bystander):
    wire = Wire(shared.daemon.address, source=next(addresses))
    port = wire.socket.getsockname()[1]
    yield wire
    wire.close()
    assert str(port) in shared.daemon.process.log_text(), "no line in the journal names the peer"


def up_to_types(wire):
    login.exchange_version(wire)
    return login.read_security_types(wire)


def up_to_tls(wire, subtype=login.X509_PLAIN):
    up_to_types(wire)
    login.choose_vencrypt(wire)
    login.choose_subtype(wire, subtype)
    wire.start_tls()


def refused(wire, seconds=10):
    """The server ends it, and never says 'SecurityResult: ok'."""
    rest = wire.read_to_end()
    assert not rest.startswith(b"\0\0\0\0"), rest[:64]
    return rest


@pytest.mark.parametrize("greeting", [
    b"GET / HTTP/1.1\r\n\r\n", b"\0" * 12, b"\xff" * 12, b"RFB 999.999\n", b"RFB 003.00x\n",
    b"RFB -03.008\n", b"RFB 003.008 ", b"SSH-2.0-xyz\n"])
def test_garbage_for_a_version(connection, greeting):
    connection.read(12)
    connection.send(greeting)
    types = connection.read_to_end() if greeting != b"RFB 999.999\n" else b""
    assert login.NONE not in types[:2]


@pytest.mark.parametrize("number", [0, 1, 2, 5, 16, 18, 20, 30, 113, 129, 255])
def test_a_type_that_was_not_offered(connection, number):
    assert number not in up_to_types(connection)
    connection.send(bytes([number]))
    assert login.expect_refusal(connection)


@pytest.mark.parametrize("subtype", [0, 1, 2, 256, 257, 258, 259, 260, 261, 265, 0x10106,
                                     0xffffffff, 0x80000106])
def test_a_subtype_that_was_not_offered(connection, subtype):
    up_to_types(connection)
    assert subtype not in login.choose_vencrypt(connection)
    connection.send(struct.pack(">I", subtype))
    rest = connection.read_to_end()
    assert not rest.startswith(b"\1"), "the server takes a sub-type it did not offer"


@pytest.mark.parametrize("version", [b"\0\0", b"\0\1", b"\0\3", b"\xff\xff"])
def test_a_vencrypt_version_that_does_not_exist(connection, version):
    up_to_types(connection)
    connection.send(bytes([login.VENCRYPT]))
    connection.read(2)
    connection.send(version)
    assert connection.read_to_end()[:1] != b"\0"


def test_bytes_before_tls(connection):
    """What came in the clear must not survive into the TLS stream."""
    up_to_types(connection)
    login.choose_vencrypt(connection)
    # sub-type and, in the same packet, what would be user and password
    connection.send(struct.pack(">I", login.X509_PLAIN) + struct.pack(">II", 1, 1) + b"ab")
    rest = connection.read_to_end()
    assert b"RFB" not in rest and len(rest) < 64


@pytest.mark.parametrize("garbage", [b"\0" * 64, b"\x16\x03\x01\xff\xff" + b"x" * 64,
                                     b"GET / HTTP/1.0\r\n\r\n"])
def test_garbage_for_tls(connection, garbage):
    up_to_types(connection)
    login.choose_vencrypt(connection)
    login.choose_subtype(connection, login.X509_PLAIN)
    connection.send(garbage)
    connection.socket.shutdown(1)
    refused(connection)


@pytest.mark.parametrize("lengths", [(0xffffffff, 0xffffffff), (0x80000000, 1), (1, 0x7fffffff),
                                     (1 << 20, 1 << 20), (0xffffffff, 1)])
def test_absurd_lengths_in_plain(connection, lengths):
    up_to_tls(connection)
    connection.send(struct.pack(">II", *lengths))
    refused(connection)


@pytest.mark.parametrize("name", [b"", b"GSSAPI", b"SCRAM-SHA-1", b"PLAIN\0", b"PLAI", b"plain",
                                  b"SCRAM-SHA-256,PLAIN", b"SCRAM-SHA-1-PLUS", b"X" * 20,
                                  b"X" * 21, b"ANONYMOUS", b"EXTERNAL", b"LOGIN", b"A" * 5000])
def test_a_mechanism_that_was_not_offered(connection, name):
    up_to_tls(connection, login.X509_SASL)
    login.read_mechanisms(connection)
    connection.send(struct.pack(">I", len(name)) + name + struct.pack(">I", 0))
    rest = connection.read_to_end()
    # complete flag and SecurityResult != 0, or nothing but the end
    assert rest == b"" or b"\0\0\0\1" in rest


@pytest.mark.parametrize("length", [65537, 1 << 20, 0x7fffffff, 0x80000000, 0xffffffff])
def test_absurd_lengths_in_sasl(connection, length):
    up_to_tls(connection, login.X509_SASL)
    login.read_mechanisms(connection)
    connection.send(struct.pack(">I", 5) + b"PLAIN" + struct.pack(">I", length))
    refused(connection)


def test_an_absurd_mechanism_name_length(connection):
    up_to_tls(connection, login.X509_SASL)
    login.read_mechanisms(connection)
    connection.send(struct.pack(">I", 0xffffffff))
    refused(connection)


@pytest.mark.parametrize("data", [b"", b"n,,", b"n,,n=viewer", b"\0" * 100, b"y,,n=viewer,r=x",
                                  b"n,a=root,n=viewer,r=abcdefgh", b"\xff" * 1000])
def test_bad_scram_messages(connection, data):
    up_to_tls(connection, login.X509_SASL)
    login.read_mechanisms(connection)
    login.send_sasl_start(connection, "SCRAM-SHA-256", data)
    try:
        reply, complete = login.read_sasl_reply(connection)
        if not complete:
            connection.send(login.sasl_blob(b"c=biws,r=nonsense,p=AAAA"))
            login.read_sasl_reply(connection)
        with pytest.raises(Refused):
            login.read_security_result(connection)
    except Closed:
        pass


# --- inside a session

@pytest.fixture
def session(shared, bystander):
    viewer = shared.viewer(source=next(addresses))
    viewer.settle(quiet=0.2)
    return viewer


def pixel_format(**fields):
    defaults = {"bits": 32, "depth": 24, "big": 0, "true": 1, "maxes": (255, 255, 255),
                "shifts": (16, 8, 0)}
    values = {**defaults, **fields}
    return b"\0\0\0\0" + struct.pack(">BBBBHHHBBBxxx", values["bits"], values["depth"],
                                     values["big"], values["true"], *values["maxes"],
                                     *values["shifts"])


@pytest.mark.parametrize("message", [
    pixel_format(bits=0), pixel_format(bits=24), pixel_format(bits=64), pixel_format(depth=33),
    pixel_format(bits=8, depth=24), pixel_format(maxes=(0, 255, 255)),
    pixel_format(maxes=(254, 255, 255)), pixel_format(maxes=(65535, 65535, 65535)),
    pixel_format(shifts=(255, 8, 0)), pixel_format(shifts=(31, 8, 0)),
    pixel_format(shifts=(8, 8, 8)), pixel_format(bits=8, depth=8, true=0)],
    ids=["no bits", "24 bits", "64 bits", "deep", "deeper than bits", "max 0", "max 254",
         "max 65535", "shift 255", "shift 31", "overlap", "colour map"])
def test_bad_pixel_formats(session, message):
    session.wire.send(message)
    assert session.closed_within(5)


@pytest.mark.parametrize("number", [1, 7, 99, 128, 200, 252, 254])
def test_unknown_messages(session, number):
    session.wire.send(bytes([number]) + b"\0" * 64)
    assert session.closed_within(5)


def test_a_qemu_message_that_does_not_exist(session):
    session.wire.send(b"\xff\x2a" + b"\0" * 32)
    assert session.closed_within(5)


def test_cut_text_of_absurd_length(session):
    session.wire.send(struct.pack(">BxxxI", 6, 0x7fffffff))
    session.wire.send(b"x" * 1000)
    assert session.closed_within(5)


def test_cut_text_of_the_most_negative_length(session):
    session.wire.send(struct.pack(">BxxxI", 6, 0x80000000))
    assert session.closed_within(5)


def test_a_fence_that_is_too_long(session):
    session.wire.send(struct.pack(">BxxxIB", 248, 0x80000000, 255) + b"x" * 255)
    assert session.closed_within(5)


def test_requests_outside_the_screen_are_clipped(session):
    for rect in ((65535, 65535, 65535, 65535), (0, 0, 65535, 65535), (5000, 5000, 1, 1),
                 (0, 0, 0, 0), (1279, 719, 65535, 65535)):
        session.request(incremental=False, rect=rect)
        session.wait_fence(b"%d" % rect[0], 10)
    session.refresh()


def test_very_many_encodings(session):
    session.set_encodings(list(range(1000, 60000)) + [0])
    session.set_encodings([0, *EXTENSIONS])
    session.refresh()


def test_unknown_encodings_are_ignored(session):
    session.set_encodings([-1, 0x7fffffff, -0x80000000, 16, 424242, *EXTENSIONS])
    session.framebuffer[:] = 0
    session.refresh()
    assert session.encodings_seen <= {0, 7, 16}


@pytest.mark.parametrize("size, screens", [
    ((0, 0), None), ((65535, 65535), None), ((100, 100), []),
    ((100, 100), [(0, 90, 90, 50, 50, 0)]), ((100, 100), [(n, 0, 0, 9, 9, 0) for n in range(255)])])
def test_bad_desktop_sizes_change_nothing(session, size, screens):
    before = session.size
    answers = len(session.resize_results)
    session.set_desktop_size(*size, screens)
    session.request()
    while len(session.resize_results) == answers:
        session.next_message(5)
        session.request()
    reason, status = session.resize_results[-1]
    assert reason == 1 and status != 0
    session.refresh()
    assert session.size == before


def test_keys_and_buttons_that_do_not_exist(session):
    for keysym in (0, 1, 0xffffffff, 0x01110000, 0x01ffffff, 0x1008ffff):
        session.press(keysym)
    for code in (0, 0xff, 0xe0, 0xffffffff, 0xe0ff):
        session.qemu_key(0, code, True)
        session.qemu_key(0, code, False)
    session.pointer(65535, 65535, 127)
    session.pointer(0, 0, 0)
    session.wait_fence(b"alive")


def whole_login(shared):
    """Every byte a good client sends in the clear, up to TLS."""
    return b"RFB 003.008\n" + bytes([login.VENCRYPT]) + b"\0\2" + struct.pack(
        ">I", login.X509_PLAIN)


def test_a_peer_that_goes_at_any_byte(shared, bystander):
    data = whole_login(shared)
    for count in range(len(data) + 1):
        wire = Wire(shared.daemon.address, source=next(addresses))
        wire.send(data[:count])
        wire.close()


def test_a_peer_that_resets_in_a_session(shared, bystander):
    import socket
    for number in range(10):
        viewer = shared.viewer()
        viewer.request(incremental=False)
        viewer.wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      struct.pack("ii", 1, 0))
        viewer.close()


def test_half_a_message_and_gone(session):
    session.wire.send(b"\0\0\0")
    session.close()


def test_what_the_peer_sent_does_not_break_the_journal(shared, bystander):
    """Text of a peer is escaped and cut."""
    name = "evil\n\x1b[31mERROR root logged in " + "x" * 500
    with pytest.raises((Refused, Closed)):
        shared.viewer(user=name, password="x", source=next(addresses))
    text = shared.daemon.process.log_text()
    assert "\x1b[31m" not in text
    assert not any(line.startswith("ERROR root") for line in text.splitlines())
    assert "x" * 300 not in text
