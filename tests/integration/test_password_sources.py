# SPDX-License-Identifier: GPL-2.0-or-later
"""Users whom others than the keyring know: the real saslauthd, and the database of the real
saslpasswd2."""
import itertools
import json
import os
import pathlib
import re
import statistics
import sys
import threading
import time

import pytest

from processes import wait_until
from rfb import login
from rfb.wire import Closed, Refused, Wire
from sasl_users import SASLDB, Saslauthd, Sasldb
from share import same_picture
from test_doors import offer
from test_kerberos import SASL_SCHEMA, begin_sasl, offered_types
from test_login import start_sasl
from test_viewers import VIEWERS, address, finish, picture, start

pytestmark = pytest.mark.on("mutter")
ACCESS = "org.gnome.desktop-sharing.access"
ALICE, SECRET = "alice", "through the looking-glass"
KEYS = ("password-source", "mechanisms", "realm", "minimum-ssf")
PLAIN_TYPES = ["x509-sasl", "x509-plain", "tls-plain", "ra2-256"]
STRENGTHS = itertools.count(130)
IN_USE = "['x509-sasl', 'x509-plain', 'x509-none']"


@pytest.fixture(scope="module")
def users():
    sasldb = Sasldb()
    sasldb.add(ALICE, SECRET)
    sasldb.add("clara", "of another realm", "EXAMPLE.ORG")
    return sasldb


@pytest.fixture
def sasldb(users, shared):
    yield from use(shared, "sasldb")
    assert users


@pytest.fixture(scope="module")
def running(users):
    daemon = Saslauthd()
    daemon.start()
    yield daemon
    daemon.stop()
    assert users


@pytest.fixture
def saslauthd(running, shared):
    yield from use(shared, "saslauthd")
    running.resume()


def use(shared, source):
    """x509-none besides, for those who must not be held up."""
    for key in KEYS:
        shared.daemon.reset_setting(key, SASL_SCHEMA)
    shared.daemon.set_setting("security-types", IN_USE)
    shared.daemon.set_setting("rules", "[('control', 'password:*'), ('control', 'anonymous')]",
                              ACCESS)
    shared.daemon.set_setting("password-source", source, SASL_SCHEMA)
    wait_until(lambda: gets_in(shared), 10, f"{source} is not obeyed")
    yield shared
    for key in KEYS:
        shared.daemon.reset_setting(key, SASL_SCHEMA)
    shared.daemon.reset_setting("rules", ACCESS)
    shared.daemon.reset_setting("security-types")


def types_and_subtypes(shared):
    try:
        return sum(offer(shared), [])
    except Closed:  # as above
        return []


def list_types(shared, *words):
    """Waits until the daemon has taken them."""
    numbers = [login.SUBTYPES.get(word) or login.OUTER_TYPES[word] for word in words]
    shared.daemon.set_setting("security-types", str(list(words)))
    wait_until(lambda: [each for each in types_and_subtypes(shared) if each != login.VENCRYPT and
                        each != login.X509_SASL_REGISTRY] == numbers, 10, f"{words} not offered")


def gets_in(shared, user=ALICE, password=SECRET, **options):
    try:
        shared.viewer(user=user, password=password, **options).close()
        return True
    except (Refused, Closed):
        return False


def refusal(shared, user, password, **options):
    """What is said, and how long it took."""
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        shared.viewer(user=user, password=password, **options)
    return str(refused.value), time.monotonic() - began


def mechanisms(shared):
    """Inside TLS."""
    try:
        wire = start_sasl(shared)
        try:
            return login.read_mechanisms(wire)
        finally:
            wire.close()
    except Closed:  # the ways to log in were changed meanwhile
        return mechanisms(shared)


def set_mechanisms(shared, *names):
    shared.daemon.set_setting("mechanisms", str(list(names)), SASL_SCHEMA)


def no_two_take(shared, source, mechanism, security):
    """An unknown user and a wrong password: the same words after the same time."""
    words, times = set(), {"wrong": [], "unknown": []}
    for number in range(5):
        for kind, user in (("wrong", ALICE), ("unknown", f"nobody{number}")):
            said, took = refusal(shared, user, "wrong", security=security, mechanism=mechanism,
                                 source=f"127.{source}.{number}.{1 if kind == 'wrong' else 2}")
            words.add(said)
            times[kind].append(took)
    wrong, unknown = (statistics.median(times[kind]) for kind in ("wrong", "unknown"))
    assert words == {"Authentication failed"}
    assert abs(wrong - unknown) < 0.3 * max(wrong, unknown) + 0.005


# --- saslauthd

@pytest.mark.parametrize("security", PLAIN_TYPES)
def test_saslauthd_is_asked_by_every_type_that_is_told_a_password(saslauthd, security):
    list_types(saslauthd, security)
    assert gets_in(saslauthd, security=security, mechanism="PLAIN")
    assert not gets_in(saslauthd, password="wrong", security=security, mechanism="PLAIN",
                       source="127.4.1.1")


def test_saslauthd_leaves_plain_alone(saslauthd):
    """It has to be told the password."""
    assert mechanisms(saslauthd) == ["PLAIN"]
    set_mechanisms(saslauthd, "SCRAM-SHA-256", "DIGEST-MD5", "PLAIN")
    reason = wait_until(lambda: saslauthd.daemon.get("StatusReason"), 5, "nothing is said")
    assert "SCRAM-SHA-256 is not offered" in reason and "DIGEST-MD5 is not offered" in reason
    assert mechanisms(saslauthd) == ["PLAIN"]


def test_users_of_the_keyring_are_nobody_to_saslauthd(saslauthd):
    daemon = saslauthd.daemon
    assert not gets_in(saslauthd, daemon.user, daemon.password, source="127.4.2.1")
    daemon.reset_setting("password-source", SASL_SCHEMA)
    wait_until(lambda: gets_in(saslauthd, daemon.user, daemon.password), 5, "not at once")
    assert not gets_in(saslauthd, source="127.4.2.2")


@pytest.mark.parametrize("mechanism, security", [("PLAIN", "x509-sasl"), (None, "x509-plain")])
def test_saslauthd_does_not_tell_who_is_a_user(saslauthd, mechanism, security):
    no_two_take(saslauthd, 5 if mechanism else 6, mechanism, security)


@pytest.mark.parametrize("security", ("x509-sasl", "x509-plain"))
def test_nobody_is_somebody_else_to_saslauthd(saslauthd, security):
    """alice@REALM would be taken for alice, and pass by a rule that names her."""
    host = os.uname().nodename
    for number, (user, password) in enumerate((
            (f"{ALICE}@{host}", SECRET), (f"{ALICE}@", SECRET), (f"@{host}", SECRET), (ALICE, ""),
            ("", SECRET), (ALICE + "\0", SECRET), (ALICE, SECRET + "\0"), (f" {ALICE}", SECRET),
            (ALICE, SECRET + "x" * 900))):
        assert not gets_in(saslauthd, user, password, security=security, mechanism="PLAIN",
                           source=f"127.4.3.{number + 1}"), (user, password)


def test_rules_hold_for_users_of_saslauthd(saslauthd):
    saslauthd.daemon.set_setting("rules", f"[('view', '{ALICE}')]", ACCESS)
    saslauthd.viewer(user=ALICE, password=SECRET)
    client = saslauthd.client_object(State="connected", User=ALICE)
    assert client["ViewOnly"]


def test_guessing_is_slowed_with_saslauthd_too(saslauthd):
    for _ in range(5):
        assert not gets_in(saslauthd, password="guess", source="127.4.4.1")
    assert not gets_in(saslauthd, source="127.4.4.1")
    assert gets_in(saslauthd, source="127.4.4.2")


def test_without_saslauthd_the_doors_are_closed_and_say_so(saslauthd, running):
    daemon = saslauthd.daemon
    running.stop()
    try:
        wait_until(lambda: "/run/saslauthd/mux" in daemon.get("StatusReason"), 5, "not said")
        with pytest.raises(Refused, match="not among"):
            saslauthd.viewer(user=ALICE, password=SECRET)
    finally:
        running.start()
    wait_until(lambda: gets_in(saslauthd), 15, "does not recover by itself")
    assert daemon.get("StatusReason").count("saslauthd") == 0


def test_a_hanging_saslauthd_holds_up_nobody(saslauthd, running):
    """More wait for it than there are threads; others log in and work as before, and are told."""
    worker = saslauthd.viewer(security="x509-none")
    usual = saslauthd.times_of_others(worker)
    running.hang()
    waiting = [Waiting(saslauthd, f"127.4.5.{number + 1}") for number in range(12)]
    time.sleep(0.5)
    saslauthd.expect_no_delay(worker, usual)
    for each in waiting:
        assert "saslauthd does not answer" in each.answer(25)
    running.resume()
    wait_until(lambda: gets_in(saslauthd), 10, "does not recover by itself")
    # nobody was counted as one who guesses
    assert gets_in(saslauthd, source="127.4.5.1")


class Waiting:
    """A login that gets no answer for some time."""

    def __init__(self, shared, source):
        self.said = None
        self.thread = threading.Thread(target=self.run, args=(shared, source), daemon=True)
        self.thread.start()

    def run(self, shared, source):
        try:
            shared.viewer(user=ALICE, password=SECRET, source=source, timeout=40)
            self.said = "came in"
        except (Refused, Closed) as refused:
            self.said = str(refused)

    def answer(self, seconds):
        self.thread.join(seconds)
        return self.said or ""


# --- sasldb

@pytest.mark.parametrize("security, mechanism", [
    ("x509-sasl", "SCRAM-SHA-512"), ("x509-sasl", "SCRAM-SHA-256"), ("x509-sasl", "PLAIN"),
    ("x509-plain", None), ("tls-plain", None), ("ra2-256", None)])
def test_sasldb_by_every_way(sasldb, security, mechanism):
    list_types(sasldb, security)
    assert gets_in(sasldb, security=security, mechanism=mechanism)
    assert not gets_in(sasldb, password="wrong", security=security, mechanism=mechanism,
                       source="127.4.7.1")


def test_sasldb_has_the_usual_mechanisms(sasldb):
    assert mechanisms(sasldb) == ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS",
                                  "SCRAM-SHA-256", "PLAIN"]


def test_users_of_the_keyring_are_nobody_to_sasldb(sasldb):
    daemon = sasldb.daemon
    for security in ("x509-sasl", "x509-plain"):
        assert not gets_in(sasldb, daemon.user, daemon.password, security=security,
                           source="127.4.8.1")


def test_users_of_sasldb_come_and_go(sasldb, users):
    users.add("dinah", "first")
    assert gets_in(sasldb, "dinah", "first", security="x509-sasl")
    users.add("dinah", "second")
    assert gets_in(sasldb, "dinah", "second")
    assert not gets_in(sasldb, "dinah", "first", source="127.4.9.1")
    users.remove("dinah")
    assert not gets_in(sasldb, "dinah", "second", source="127.4.9.2")


@pytest.mark.parametrize("number, mechanism, security", [
    (10, "SCRAM-SHA-256", "x509-sasl"), (11, "PLAIN", "x509-sasl"), (12, None, "x509-plain")])
def test_sasldb_does_not_tell_who_is_a_user(sasldb, number, mechanism, security):
    no_two_take(sasldb, number, mechanism, security)


def test_an_unknown_user_gets_as_far_as_a_known_one(sasldb):
    """SCRAM: both have a salt, the same every time."""
    from rfb.scram import Scram
    for user in (ALICE, "nobody"):
        salts = set()
        for number in range(2):
            wire = start_sasl(sasldb, source=f"127.4.10.{number + 1}")
            login.read_mechanisms(wire)
            login.send_sasl_start(wire, "SCRAM-SHA-256", Scram("SCRAM-SHA-256", user, "x").first())
            said, complete = login.read_sasl_reply(wire)
            assert not complete
            salts.add(re.search(rb",s=([^,]+),i=(\d+)", said).groups())
            wire.close()
        assert len(salts) == 1 and salts.pop()[1] == b"4096"


def test_the_realm_of_sasldb(sasldb):
    """clara is of EXAMPLE.ORG and of nowhere else; no name has a realm in it."""
    assert not gets_in(sasldb, "clara", "of another realm", source="127.4.11.1")
    assert not gets_in(sasldb, "clara@EXAMPLE.ORG", "of another realm", source="127.4.11.2")
    sasldb.daemon.set_setting("realm", "EXAMPLE.ORG", SASL_SCHEMA)
    for security in ("x509-sasl", "x509-plain"):
        wait_until(lambda: gets_in(sasldb, "clara", "of another realm", security=security), 5,
                   "the realm is not obeyed")
    client = sasldb.viewer(user="clara", password="of another realm")
    assert sasldb.client_object(State="connected")["User"] == "clara"
    client.close()
    assert not gets_in(sasldb, source="127.4.11.3")


def test_a_database_that_cannot_be_read_is_named(sasldb):
    SASLDB.chmod(0)
    look_again(sasldb)
    try:
        wait_until(lambda: str(SASLDB) in sasldb.daemon.get("StatusReason"), 5, "not said")
        with pytest.raises(Refused, match="not among"):
            sasldb.viewer(user=ALICE, password=SECRET)
    finally:
        SASLDB.chmod(0o600)
        look_again(sasldb)
    wait_until(lambda: gets_in(sasldb), 5, "does not recover by itself")


def look_again(shared):
    """A change of a file that another is mounted over is told to nobody."""
    shared.daemon.set_setting("minimum-ssf", str(next(STRENGTHS)), SASL_SCHEMA)


def test_an_unknown_source_lets_nobody_in(sasldb):
    daemon = sasldb.daemon
    daemon.set_setting("password-source", "sasl-db", SASL_SCHEMA)
    wait_until(lambda: "“sasl-db”" in daemon.get("StatusReason"), 5, "nothing is said")
    for user, password in ((ALICE, SECRET), (daemon.user, daemon.password)):
        for security in ("x509-sasl", "x509-plain"):
            with pytest.raises(Refused, match="not among"):
                sasldb.viewer(user=user, password=password, security=security)
    assert daemon.get("StatusReason").count("“sasl-db”") == 1


# --- DIGEST-MD5

def test_digest_md5_is_off_until_it_is_named(sasldb):
    daemon = sasldb.daemon
    assert "DIGEST-MD5" not in mechanisms(sasldb)
    daemon.set_setting("security-types", "['x509-sasl', 'sasl', 'x509-none']")
    assert login.SASL not in offered_types(sasldb)
    set_mechanisms(sasldb, "DIGEST-MD5", "SCRAM-SHA-256")
    wait_until(lambda: login.SASL in offered_types(sasldb), 5, "type 20 is not offered")
    assert "DIGEST-MD5 is on" in daemon.get("StatusReason")
    wire = begin_sasl(sasldb)
    assert login.read_mechanisms(wire) == ["DIGEST-MD5"]
    wire.close()
    assert [name for name in mechanisms(sasldb) if "PLUS" not in name] == [
        "DIGEST-MD5", "SCRAM-SHA-256"]
    # Its layer has 128 bits.
    daemon.set_setting("minimum-ssf", "129", SASL_SCHEMA)
    wait_until(lambda: login.SASL not in offered_types(sasldb), 5, "minimum-ssf is not obeyed")
    daemon.reset_setting("minimum-ssf", SASL_SCHEMA)
    daemon.reset_setting("password-source", SASL_SCHEMA)
    wait_until(lambda: login.SASL not in offered_types(sasldb), 5, "the source is not obeyed")
    assert "DIGEST-MD5 is not offered" in daemon.get("StatusReason")


def test_gtk_vnc_by_digest_md5_inside_tls(sasldb):
    set_mechanisms(sasldb, "DIGEST-MD5")
    wait_until(lambda: mechanisms(sasldb) == ["DIGEST-MD5"], 5, "not offered")
    see_and_type(sasldb, "x509-sasl")
    is_refused(sasldb)


def test_gtk_vnc_by_digest_md5_without_tls(users, fresh):
    """What it shows and what is typed went through the layer of SASL."""
    assert users
    # Debian's plug-in for DIGEST-MD5 loses what it has of OpenSSL, once for each login.
    fresh.daemon.stop()
    fresh.desktop.environment["ASAN_OPTIONS"] = "detect_leaks=0"
    fresh.daemon.spawn()
    fresh.daemon.wait_ready()
    sharing = use(fresh, "sasldb")
    next(sharing)
    set_mechanisms(fresh, "DIGEST-MD5")
    fresh.daemon.set_setting("security-types", "['sasl']")
    wait_until(lambda: offered_types(fresh) == [login.SASL], 5, "not offered")
    see_and_type(fresh, "sasl")
    is_refused(fresh)


def see_and_type(shared, security):
    file = shared.desktop.path("gtk.png")
    text = f"hello by digest and {security}\n"
    viewer = view(shared, "--snapshot", file, "--type", text)
    client = shared.client_object(State="connected", User=ALICE)
    assert (client["SecurityType"], client["Mechanism"]) == (security, "DIGEST-MD5")
    assert client["Ssf"] == 128 if security == "sasl" else client["Ssf"] >= 128
    told = json.loads(finish(viewer).splitlines()[-1])
    assert (told["width"], told["height"]) == shared.desktop.size
    shared.wait_typed(text)
    same_picture(picture(file), shared.screenshot())


def is_refused(shared):
    viewer = view(shared, password="wrong")
    output = viewer.communicate(timeout=60)[0]
    assert viewer.returncode == 1 and "timeout" not in output, output


# --- viewers that people use

def view(shared, *options, password=SECRET):
    return as_user(shared, password, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   ALICE, "--certificate", shared.daemon.certificate, *options, address(shared))


def as_user(shared, password, *command):
    daemon = shared.daemon
    before = daemon.user, daemon.password
    daemon.user, daemon.password = ALICE, password
    try:
        return start(shared, *command)
    finally:
        daemon.user, daemon.password = before


@pytest.fixture(params=("saslauthd", "sasldb"))
def source(request, shared):
    assert shared
    return request.param, request.getfixturevalue(request.param)


@pytest.mark.parametrize("program", ("gtk-vnc", "tigervnc", "libvncclient"))
def test_viewers(source, program):
    """libvncclient cannot do PLAIN in SASL, and takes the first sub-type that it knows."""
    name, shared = source
    first = "x509-plain" if program == "libvncclient" else "x509-sasl"
    list_types(shared, first, "x509-plain" if first == "x509-sasl" else "x509-sasl")
    file = shared.desktop.path("viewer.png" if program != "libvncclient" else "viewer.ppm")
    certificate = shared.daemon.certificate
    viewer = {
        "gtk-vnc": lambda: view(shared, "--snapshot", file),
        "tigervnc": lambda: as_user(
            shared, SECRET, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
            certificate, "--snapshot", file, address(shared)),
        "libvncclient": lambda: as_user(
            shared, SECRET, os.environ["GDS_LIBVNCCLIENT_VIEWER"], *shared.daemon.address,
            certificate, "tight", file),
    }[program]()
    client = shared.client_object(State="connected", User=ALICE)
    by_gtk_vnc = "PLAIN" if name == "saslauthd" else "SCRAM-SHA-512"
    assert client["Mechanism"] == (by_gtk_vnc if program == "gtk-vnc" else "")
    finish(viewer)
    same_picture(picture(file), shared.screenshot())


def readme(title):
    """The commands in a section."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
    section = text.split(f"\n### {title}\n")[1].split("\n#")[0]
    return re.findall(r"^    (.+)$", section, re.M)


def test_the_readme_leads_to_the_users_of_a_site(sasldb, running):
    """Each in under ten lines; what needs root is tried by the other tests."""
    commands = readme("Users of saslauthd or saslpasswd2")
    assert 1 < len(commands) < 10
    for source in ("saslauthd", "sasldb"):
        sasldb.daemon.reset_setting("password-source", SASL_SCHEMA)
        mine = [line for line in commands if line.startswith("gsettings") and source in line]
        assert len(mine) == 1
        sasldb.desktop.run("sh", "-c", mine[0])
        wait_until(lambda: gets_in(sasldb), 5, f"{source}: alice does not get in")
    assert running.pids()
