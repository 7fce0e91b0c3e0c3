# SPDX-License-Identifier: GPL-2.0-or-later
"""The ways to log in that are open only when listed by name, and RA2-256."""
import itertools
import json
import os
import pathlib
import subprocess
import sys

import numpy
import pytest
from PIL import Image

from processes import wait_until
from rfb import login
from rfb.wire import Closed, Refused, Wire
from share import same_picture

VIEWERS = pathlib.Path(__file__).resolve().parent / "viewers"
pytestmark = pytest.mark.on("mutter")
VNC_PASSWORD = "rosebud"
POINTER = (640, 360)
USER, ANYBODY, SHARED = "user", "anybody", "shared"  # whose secret a type asks for
DOORS = {
    "x509-vnc": SHARED, "x509-none": ANYBODY, "tls-plain": USER, "tls-vnc": SHARED,
    "tls-none": ANYBODY, "vnc-auth": SHARED, "none": ANYBODY, "ra2-256": USER}
WEAK = [word for word in DOORS if word != "ra2-256"]
TIGERVNC = {
    "x509-vnc": "X509Vnc", "x509-none": "X509None", "tls-plain": "TLSPlain", "tls-vnc": "TLSVnc",
    "tls-none": "TLSNone", "vnc-auth": "VncAuth", "none": "None"}
ACCESS = "org.gnome.desktop-sharing.access"


@pytest.fixture
def doors(shared):
    """A share with a VNC password, whose rules let in those who have no name."""
    if ACCESS in shared.desktop.run("gsettings", "list-schemas").split():
        shared.daemon.set_setting(
            "rules", "[('control', 'password:*'), ('control', 'vnc-password'), "
            "('control', 'anonymous')]", ACCESS)
    shared.daemon.control("set-password", "--vnc", stdin=VNC_PASSWORD + "\n")
    yield shared
    shared.daemon.control("remove-user", "--vnc", check=False)
    if ACCESS in shared.desktop.run("gsettings", "list-schemas").split():
        shared.daemon.reset_setting("rules", ACCESS)


def list_types(share, *words):
    """Waits until the daemon has taken them."""
    share.daemon.set_setting("security-types", str(list(words)))
    wait_until(lambda: can_be_had(share, *words), 10, f"{words} are not offered")


def can_be_had(share, *words):
    """Whether these are offered, all and in the order that the contract has."""
    try:
        outer, inner = offer(share)
    except Closed:  # the doors were changed meanwhile
        return False
    sub_types = [login.SUBTYPES[word] for word in words if word in login.SUBTYPES]
    others = [login.OUTER_TYPES[word] for word in words if word in login.OUTER_TYPES]
    return outer == ([login.VENCRYPT] if sub_types else []) + others and inner == sub_types


def offer(share):
    wire = Wire(share.daemon.address)
    try:
        login.exchange_version(wire)
        types = login.read_security_types(wire)
        inner = login.choose_vencrypt(wire) if login.VENCRYPT in types else []
        return types, inner
    except Refused:
        return [], []
    finally:
        wire.close()


def secrets_for(share, word):
    if DOORS[word] == SHARED:
        return {"user": "", "password": VNC_PASSWORD}
    if DOORS[word] == USER:
        return {"user": share.daemon.user, "password": share.daemon.password}
    return {"user": "", "password": ""}


@pytest.mark.parametrize("version", ("003.007", "003.008"))
@pytest.mark.parametrize("word", DOORS)
def test_each_way(doors, word, version):
    list_types(doors, word)
    secrets = secrets_for(doors, word)
    client = doors.viewer(security=word, version=version, **secrets)
    client.wait_fence(b"in")
    told = doors.client_object(State="connected")
    assert told["SecurityType"] == word
    assert told["User"] == (doors.daemon.user if DOORS[word] == USER else "")
    assert (told["Ssf"] == 0) == (word in ("vnc-auth", "none"))


@pytest.mark.parametrize("number, word", enumerate(w for w in DOORS if DOORS[w] != ANYBODY))
def test_a_wrong_secret_is_told(doors, number, word):
    list_types(doors, word)
    secrets = dict(secrets_for(doors, word), password="wrong")
    with pytest.raises(Refused, match="Authentication failed"):
        doors.viewer(security=word, source=f"127.0.9.{10 + number}", **secrets)


def test_guessing_the_vnc_password_is_slowed(doors):
    list_types(doors, "vnc-auth")
    source = "127.0.9.2"
    for number in range(5):
        with pytest.raises((Refused, Closed)):
            doors.viewer(security="vnc-auth", password=f"guess{number}", source=source)
    with pytest.raises((Refused, Closed)):
        doors.viewer(security="vnc-auth", password=VNC_PASSWORD, source=source)
    doors.viewer(security="vnc-auth", password=VNC_PASSWORD, source="127.0.9.3")
    assert "somebody with the VNC password logged in from 127.0.9.3" in \
        doors.daemon.process.log_text()


def test_nothing_is_open_that_is_not_listed(doors):
    """Each is tried against a server that lists all the others."""
    for word in DOORS:
        others = [other for other in DOORS if other != word]
        list_types(doors, *others)
        with pytest.raises(Refused, match="not among"):
            doors.viewer(security=word, **secrets_for(doors, word))


def test_unlisted_numbers_are_refused_without_being_asked(doors):
    list_types(doors, "x509-plain")
    for kind in (1, 2, 20, 129):
        wire = Wire(doors.daemon.address)
        login.exchange_version(wire)
        login.read_security_types(wire)
        wire.send(bytes([kind]))
        assert login.expect_refusal(wire)
    for subtype in (257, 258, 259, 260, 261):
        wire = Wire(doors.daemon.address)
        login.exchange_version(wire)
        login.read_security_types(wire)
        login.choose_vencrypt(wire)
        with pytest.raises((Refused, Closed)):
            login.choose_subtype(wire, subtype)


@pytest.mark.parametrize("words, password", [
    (("vnc-auth",), VNC_PASSWORD), (("x509-plain", "none"), ""),
    (("x509-plain", "vnc-auth", "none"), VNC_PASSWORD)])
def test_rfb_3_3_gets_what_it_knows(doors, words, password):
    list_types(doors, *words)
    client = doors.viewer(version="003.003", password=password)
    client.wait_fence(b"in")
    told = doors.client_object(State="connected")
    assert told["SecurityType"] == ("vnc-auth" if password else "none")


def test_a_missing_password_closes_its_doors_and_says_so(doors):
    list_types(doors, "x509-plain", "x509-vnc", "vnc-auth")
    doors.daemon.control("remove-user", "--vnc")
    wait_until(lambda: can_be_had(doors, "x509-plain"), 10, "still offered")
    assert "set-password --vnc" in doors.daemon.get("StatusReason")
    assert doors.daemon.get("State") == "listening"
    doors.daemon.control("set-password", "--vnc", stdin=VNC_PASSWORD + "\n")
    wait_until(lambda: can_be_had(doors, "x509-plain", "x509-vnc", "vnc-auth"), 10, "not offered")


def test_what_weak_types_mean_stands_in_the_status(doors):
    list_types(doors, *WEAK)
    reason = doors.daemon.get("StatusReason")
    for word in WEAK:
        assert f"The security type {word} is on" in reason
    assert doors.daemon.get("State") == "listening"
    list_types(doors, "x509-plain", "ra2-256")
    wait_until(lambda: doors.daemon.get("StatusReason") == "", 5, "still said")


@pytest.mark.parametrize("password, complaint", [
    ("", "empty"), ("123456789", "at most 8"), ("ännchen", None), ("passwörd", "at most 8")])
def test_the_command_takes_what_the_protocol_takes(doors, password, complaint):
    result = doors.daemon.control("set-password", "--vnc", stdin=password + "\n", check=False)
    assert result.returncode == (1 if complaint else 0)
    assert not complaint or complaint in result.stderr


def test_the_vnc_password_is_no_users(doors):
    assert "rosebud" not in doors.daemon.control("list-users").stdout
    list_types(doors, "x509-plain", "vnc-auth")
    for user in ("", "vnc"):
        with pytest.raises(Refused):
            doors.viewer(user=user, password=VNC_PASSWORD, source="127.0.9.4")
    doors.daemon.set_password("vnctest", "longenough")
    try:
        with pytest.raises(Refused):
            doors.viewer(security="vnc-auth", password="longenou", source="127.0.9.5")
    finally:
        doors.daemon.control("remove-user", "vnctest")


def test_set_password_says_when_a_type_needs_more(doors):
    list_types(doors, "x509-plain", "x509-vnc")
    said = doors.daemon.control("set-password", doors.daemon.user,
                                stdin=doors.daemon.password + "\n").stdout
    assert "x509-vnc" in said and "--vnc" in said
    said = doors.daemon.control("set-password", "--vnc", stdin=VNC_PASSWORD + "\n").stdout
    assert "x509-vnc" in said and "as it is" in said
    list_types(doors, "x509-plain")
    said = doors.daemon.control("set-password", doors.daemon.user,
                                stdin=doors.daemon.password + "\n").stdout
    assert "--vnc" not in said


# --- RA2

def test_the_ra2_key_is_private_and_lasts(doors):
    from rfb import ra2
    list_types(doors, "ra2-256")
    file = doors.desktop.path("state") / "gnome-desktop-sharing" / "ra2-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    keys = []
    for _ in range(2):
        wire = Wire(doors.daemon.address)
        login.exchange_version(wire)
        login.read_security_types(wire)
        wire.send(bytes([login.RA2_256]))
        keys.append(ra2.agree(wire))
        wire.close()
    assert keys[0] == keys[1]
    fingerprint = ra2.fingerprint(keys[0])
    assert doors.daemon.get("RsaFingerprint") == fingerprint
    assert fingerprint in doors.daemon.control("fingerprint").stdout
    list_types(doors, "x509-plain")
    assert doors.daemon.get("RsaFingerprint") == ""


def test_a_session_through_ra2_shows_the_screen(doors):
    list_types(doors, "ra2-256")
    client = doors.viewer(security="ra2-256", **secrets_for(doors, "ra2-256"))
    client.refresh()
    same_picture(client.rgb(), doors.screenshot())


# --- viewers that people use

def picture(file):
    with Image.open(file) as image:
        return numpy.asarray(image.convert("RGB"))


def start(share, word, *command):
    secrets = secrets_for(share, word)
    environment = dict(os.environ, VNC_USERNAME=secrets["user"],
                       VNC_PASSWORD=secrets["password"])
    if DOORS[word] == SHARED:
        del environment["VNC_USERNAME"]
    return subprocess.Popen([str(part) for part in command], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def pointer_shape(share, word):
    """As a viewer gets it that paints it itself."""
    viewer = share.viewer(security=word, **secrets_for(share, word))
    viewer.settle()
    places = itertools.cycle([(300, 300), POINTER])

    def has_come():
        viewer.pointer(*next(places))
        viewer.request()
        if viewer.readable(0.2):
            viewer.next_message(5)
        return viewer.cursor is not None and viewer.cursor.width > 0
    wait_until(has_come, 10, "the pointer has no shape")
    viewer.pointer(*POINTER)
    viewer.request()
    while viewer.readable(0.5):  # that of where it was before may be the first
        viewer.next_message(5)
        viewer.request()
    viewer.close()
    return viewer.cursor


def check(share, word, viewer, file, same=same_picture):
    """It logs in by that type and shows the screen as it is."""
    try:
        told = share.client_object(State="connected")
        assert told["SecurityType"] == word
    finally:
        output = viewer.communicate(timeout=90)[0]
    assert viewer.returncode == 0, output
    same(picture(file), share.screenshot())
    return output


def address(share):
    return f"{share.daemon.address[0]}:{share.daemon.address[1]}"


def tigervnc(share, word, file, security, *options):
    return start(share, word, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py",
                 "--certificate", share.daemon.certificate, "--snapshot", file,
                 "--security", security, *options, address(share))


@pytest.mark.parametrize("word", TIGERVNC)
def test_tigervnc(doors, word):
    list_types(doors, word)
    file = doors.desktop.path("tiger.png")
    check(doors, word, tigervnc(doors, word, file, TIGERVNC[word]), file)


@pytest.mark.parametrize("word", WEAK)
def test_gtk_vnc(doors, word):
    list_types(doors, word)
    file = doors.desktop.path("gtk.png")
    viewer = start(doors, word, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   secrets_for(doors, word)["user"], "--certificate", doors.daemon.certificate,
                   "--snapshot", file, address(doors))
    told = json.loads(check(doors, word, viewer, file).splitlines()[-1])
    assert (told["width"], told["height"]) == doors.desktop.size


@pytest.mark.parametrize("word", WEAK)
def test_libvncclient(doors, word):
    list_types(doors, word)
    file = doors.desktop.path("libvncclient.ppm")
    host, port = doors.daemon.address
    viewer = start(doors, word, os.environ["GDS_LIBVNCCLIENT_VIEWER"], host, port,
                   doors.daemon.certificate, "tight", file)
    check(doors, word, viewer, file)


@pytest.mark.parametrize("word, encoding", [
    ("vnc-auth", "tight"), ("none", "tight"), ("none", "zlib"), ("none", "hextile")])
def test_xtightvncviewer(doors, word, encoding):
    """Of the time of X11: RFB 3.7, and no encryption at all."""
    list_types(doors, word)
    shape = pointer_shape(doors, word)
    left, top = POINTER[0] - shape.hotspot[0], POINTER[1] - shape.hotspot[1]
    covered = numpy.s_[top:top + shape.height, left:left + shape.width]

    def same_beside_the_pointer(seen, truth):
        """It is painted into the picture; the screenshot is without it."""
        assert (seen[covered] != truth[covered]).any()
        seen = seen.copy()
        seen[covered] = truth[covered]
        same_picture(seen, truth)
    file = doors.desktop.path("old.png")
    viewer = start(doors, word, sys.executable, "-B", VIEWERS / "xtightvnc_viewer.py", "--snapshot",
                   file, "--pointer", *POINTER, "--encoding", encoding, address(doors))
    doors.client_object(SecurityType=word, Encoding=encoding)
    check(doors, word, viewer, file, same_beside_the_pointer)


def tigervnc_with_ra2():
    """The installed one from 1.13 on, else that of a Debian 13 beside us; None."""
    root = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"),
                        "gnome-desktop-sharing", "debian-13")
    installed = "/usr/bin/xtigervncviewer"
    beside = (f"{root}/lib64/ld-linux-x86-64.so.2 --library-path {root}/usr/lib/x86_64-linux-gnu "
              f"{root}{installed}")
    for program in (installed, beside):
        try:
            told = subprocess.run([*program.split(), "--help"], capture_output=True, text=True,
                                  timeout=30, check=False)
        except OSError:
            continue
        if "RA2_256" in told.stdout + told.stderr:
            return program
    return None


def test_tigervnc_by_ra2(doors):
    program = tigervnc_with_ra2()
    if program is None:
        pytest.skip("no TigerVNC 1.13 or later here")
    list_types(doors, "ra2-256")
    file = doors.desktop.path("tiger.png")
    viewer = tigervnc(doors, "ra2-256", file, "RA2_256", "--program", program)
    check(doors, "ra2-256", viewer, file)
