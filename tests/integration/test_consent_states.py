# SPDX-License-Identifier: GPL-2.0-or-later
"""However the question at the desk ends: what the viewer, the bus and the journal have then."""
import sys

import pytest

import fake_journal
from daemon import Daemon
from managed_session import ManagedSession
from person import Person
from processes import wait_until
from rfb.client import Client
from rfb.wire import Closed, Refused
from share import SANITIZER_FINDS
from test_journal import IDS, one


@pytest.fixture(scope="module")
def asked_daemon(build):
    with fake_journal.FakeJournal() as journal, ManagedSession() as session:
        daemon = Daemon(session, build)
        daemon.wrapper = (sys.executable, "-B", fake_journal.__file__)
        daemon.start()
        access = "org.gnome.desktop-sharing.access"
        daemon.set_setting("rules", "@a(ss) []", access)
        daemon.set_setting("default", "'ask'", access)
        yield Desk(daemon, journal)
        status = daemon.stop()
        text = journal.stream.decode(errors="replace")
        assert not [find for find in SANITIZER_FINDS if find in text], text[:6000]
        assert status == 0


class Desk:
    """The daemon, the journal, and each time a viewer from another address: who was refused is not
    asked about again at once."""

    def __init__(self, daemon, journal):
        self.daemon, self.journal = daemon, journal
        self.source = 0

    def viewer(self):
        self.source += 1
        return Client(self.daemon.address, self.daemon.user, self.daemon.password,
                      certificate=str(self.daemon.certificate), host="127.0.0.1",
                      source=f"127.0.20.{self.source}")

    def asking(self):
        """A viewer about whom somebody at the desk is asked; its address."""
        viewer = self.viewer()
        peer = "%s:%d" % viewer.wire.socket.getsockname()[:2]
        self.wait_state("asking", True)
        assert [each["Address"] for each in self.daemon.clients()] == [peer]
        assert not self.journal.of(IDS["consent"], RFB_PEER=peer)
        return viewer, peer

    def wait_state(self, state, view_only):
        wait_until(lambda: [(each["State"], each["ViewOnly"]) for each in self.daemon.clients()]
                   == [(state, view_only)], 5, f"not {state}: {self.daemon.clients()}")

    def wait_nobody(self):
        wait_until(lambda: not self.daemon.get("Clients"), 10, "the object stays")

    def record(self, kind, peer):
        found = one(self.journal, kind, RFB_PEER=peer)
        assert found["RFB_USER"] == self.daemon.user and found["RFB_SECURITY"] and \
            found["RFB_CLIENT"]
        return found

    def records(self, kind, peer):
        return self.journal.of(IDS[kind], RFB_PEER=peer)


@pytest.fixture
def desk(asked_daemon):
    daemon = asked_daemon.daemon
    daemon.set_setting("ask-timeout", "uint32 30")
    yield asked_daemon
    asked_daemon.wait_nobody()


@pytest.fixture
def person(desk):
    someone = Person(desk.daemon.desktop)
    yield someone
    someone.leave()


@pytest.mark.parametrize("press, rights, answer", (("allow", "control", "allowed"),
                                                   ("view", "view", "allowed to look")))
def test_allowed(desk, person, press, rights, answer):
    viewer, peer = desk.asking()
    person.press(press)
    desk.wait_state("connected", rights == "view")
    viewer.wait_fence(b"here")
    assert desk.record("consent", peer)["RFB_REASON"] == answer
    assert desk.record("rights", peer)["RFB_RIGHTS"] == rights
    assert not desk.records("ended", peer) and not desk.records("refused", peer)
    # no question stays, and who is there is told
    wait_until(lambda: [list(note["buttons"]) for note in person.notes().values()] ==
               [["disconnect"]], 5, f"{person.notes()}")
    viewer.close()
    assert desk.record("ended", peer)["RFB_REASON"] == "left"


def expect_refused(desk, viewer, peer, words):
    """He is told so on his card, and let go; nobody was ever connected."""
    card = viewer.settle(quiet=0.2, timeout=3)
    assert card.std() > 0, "an empty card"
    assert viewer.closed_within(9)
    desk.wait_nobody()
    consent = desk.record("consent", peer)
    assert words in consent["RFB_REASON"], consent
    assert words in desk.record("ended", peer)["RFB_REASON"]
    assert not desk.records("rights", peer)


def test_refused(desk, person):
    viewer, peer = desk.asking()
    person.press("refuse")
    expect_refused(desk, viewer, peer, "did not let you in")
    assert not person.notes()


def test_the_rules_of_the_moment_after_do_not_hide_why(desk, person):
    viewer, peer = desk.asking()
    person.press("refuse")
    desk.record("consent", peer)
    access = "org.gnome.desktop-sharing.access"
    desk.daemon.set_setting("default", "'deny'", access)
    wait_until(lambda: desk.journal.of(IDS["setting"], RFB_SETTING="AccessDefault",
                                       RFB_VALUE="'deny'"), 5, "it is not taken")
    desk.daemon.set_setting("default", "'ask'", access)
    expect_refused(desk, viewer, peer, "did not let you in")


def test_no_answer_in_time(desk, person):
    desk.daemon.set_setting("ask-timeout", "uint32 1")
    wait_until(lambda: desk.journal.of(IDS["setting"], RFB_SETTING="AskTimeout", RFB_VALUE="1"), 5,
               "it is not taken")
    viewer, peer = desk.asking()
    expect_refused(desk, viewer, peer, "in time")
    assert not person.notes()


def test_the_service_goes_while_asked(desk):
    someone = Person(desk.daemon.desktop)
    viewer, peer = desk.asking()
    someone.leave()
    expect_refused(desk, viewer, peer, "no notification service")


def expect_turned_away(desk, words):
    """At the login already, by the protocol's own answer."""
    seen = len(desk.journal.of(IDS["refused"]))
    with pytest.raises(Refused, match=words):
        desk.viewer()
    wait_until(lambda: len(desk.journal.of(IDS["refused"])) > seen, 5, "no record")
    record = desk.journal.of(IDS["refused"])[-1]
    assert record["RFB_USER"] == desk.daemon.user and words in record["RFB_REASON"]
    assert record["RFB_PEER"].startswith(f"127.0.20.{desk.source}:")
    assert not desk.records("consent", record["RFB_PEER"])
    desk.wait_nobody()


def test_no_notification_service(desk):
    expect_turned_away(desk, "no notification service")


def test_the_screen_is_locked(desk, person):
    person.lock(True)
    expect_turned_away(desk, "screen is locked")
    assert not person.notes()
    person.lock(False)


def test_gone_while_asked(desk, person):
    viewer, peer = desk.asking()
    assert person.notes()
    viewer.close()
    desk.wait_nobody()
    assert desk.record("ended", peer)["RFB_REASON"]
    assert not desk.records("consent", peer) and not desk.records("rights", peer)
    wait_until(lambda: not person.notes(), 5, "the question stays")
    with pytest.raises((Closed, OSError)):
        viewer.wait_fence(b"gone", 1)
