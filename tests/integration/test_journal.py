# SPDX-License-Identifier: GPL-2.0-or-later
"""What the journal is told, record by record, as systemd-journald would get it; and the catalog."""
import pathlib
import re
import socket
import subprocess
import sys

import pytest
from gi.repository import GLib

import fake_journal
from daemon import NAME, Daemon, log_in
from managed_session import ManagedSession
from processes import wait_until
from rfb.client import Client
from share import SANITIZER_FINDS

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CATALOG = SOURCE / "data" / "gnome-desktop-sharing.catalog"
LANGUAGES = re.findall(r"^(\w+)$", (SOURCE / "po" / "LINGUAS").read_text(), flags=re.M)
IDS = dict(re.findall(r'k_record_(\w+) = "([0-9a-f]{32})"',
                      (SOURCE / "daemon" / "server" / "journal_ids.h").read_text()))


@pytest.fixture(scope="module")
def journaled(build):
    with fake_journal.FakeJournal() as journal, ManagedSession() as session:
        daemon = Daemon(session, build)
        daemon.wrapper = (sys.executable, "-B", fake_journal.__file__)
        daemon.start()
        yield daemon, journal
        status = daemon.stop()
        text = journal.stream.decode(errors="replace") + daemon_log(session)
        assert not [find for find in SANITIZER_FINDS if find in text], text[:6000]
        assert status == 0


def daemon_log(session):
    return (session.path("log") / "daemon.log").read_text()


def viewer(daemon, **options):
    defaults = {"user": daemon.user, "password": daemon.password, "host": "127.0.0.1",
                "certificate": str(daemon.certificate)}
    return Client(daemon.address, **{**defaults, **options})


def one(journal, kind, **fields):
    """The newest record of that kind; waits for it."""
    wait_until(lambda: journal.of(IDS[kind], **fields), 5, f"no record “{kind}” with {fields}")
    return journal.of(IDS[kind], **fields)[-1]


def address(client):
    return "%s:%d" % client.wire.socket.getsockname()[:2]


def test_a_session_from_its_beginning_to_its_end(journaled):
    daemon, journal = journaled
    with viewer(daemon) as client:
        client.settle()
        peer = address(client)
        came = one(journal, "logged_in", RFB_PEER=peer)
        number = daemon.get("Clients")[0].rsplit("/", 1)[1]
        assert came["RFB_USER"] == daemon.user and came["RFB_CLIENT"] == number
        assert came["RFB_SECURITY"] in ("x509-sasl", "x509-plain")
        assert came["RFB_RIGHTS"] == "control"
        assert came["PRIORITY"] == "6" and daemon.user in came["MESSAGE"]
        daemon.call("Disconnect", GLib.Variant("(s)", ("tea time",)), daemon.get("Clients")[0],
                    NAME + ".Client")
        assert client.closed_within(5)
        went = one(journal, "ended", RFB_PEER=peer)
        assert went["RFB_REASON"] == "tea time" and went["RFB_CLIENT"] == number
        assert went["RFB_USER"] == daemon.user
        assert went["RFB_SECURITY"] == came["RFB_SECURITY"]
        assert int(went["RFB_BYTES_SENT"]) >= client.wire.received
        assert int(went["RFB_BYTES_RECEIVED"]) > 0
        assert 0 <= int(went["RFB_DURATION"]) < 60


def test_a_change_of_rights_and_of_a_setting(journaled):
    daemon, journal = journaled
    with viewer(daemon) as client:
        client.settle()
        peer = address(client)
        for value, rights in (("true", "view"), ("false", "control")):
            daemon.set_setting("view-only", value)
            record = one(journal, "rights", RFB_PEER=peer, RFB_RIGHTS=rights)
            assert record["RFB_USER"] == daemon.user and record["RFB_SECURITY"]
            assert one(journal, "setting", RFB_SETTING="ViewOnly", RFB_VALUE=value)
        daemon.set("ViewOnly", GLib.Variant("b", True), daemon.get("Clients")[0],
                   NAME + ".Client")
        wait_until(lambda: len(journal.of(IDS["rights"], RFB_PEER=peer, RFB_RIGHTS="view")) == 2,
                   5, "a change over D-Bus is not told")


def test_a_wrong_password(journaled):
    daemon, journal = journaled
    assert log_in(daemon.address, daemon.user, "wrong") is not None
    record = one(journal, "refused", RFB_STAGE="plain")
    assert record["RFB_REASON"] and record["RFB_PEER"].startswith("127.0.0.1:")
    assert "wrong" not in record["MESSAGE"].replace("wrong password", "")


def test_a_rule_that_denies(journaled):
    daemon, journal = journaled
    daemon.set_setting("rules", "[('deny', '*')]", "org.gnome.desktop-sharing.access")
    wait_until(lambda: one(journal, "setting", RFB_SETTING="AccessRules"), 5, "")
    assert log_in(daemon.address, daemon.user, daemon.password) is not None
    record = one(journal, "refused", RFB_USER=daemon.user)
    assert record["RFB_SECURITY"] == "x509-plain" and record["RFB_REASON"]
    daemon.reset_setting("rules", "org.gnome.desktop-sharing.access")


def test_a_peer_writes_nothing_of_its_own(journaled):
    daemon, journal = journaled
    evil = "a\nMESSAGE_ID=0\x1b[31m" + "x" * 200
    assert log_in(daemon.address, evil, "x") is not None
    with socket.create_connection(daemon.address, 10) as sock:
        sock.sendall(b"\nMESSAGE=evil\n" * 4)
        sock.recv(4096)
        wait_until(lambda: journal.of(IDS["refused"], RFB_STAGE="version"), 5, "not told")
    for record in journal.records:
        assert "\x1b" not in "".join(record.values())
        assert not any("\n" in value for value in record.values()), record
        assert record.get("MESSAGE") != "evil"


def test_each_source_has_its_budget(journaled):
    """Last: it uses up what there is for this minute."""
    daemon, journal = journaled
    for _ in range(60):
        with socket.create_connection(daemon.address, 10, ("127.0.7.7", 0)) as sock:
            sock.sendall(b"nonsense!!!\n")
            sock.settimeout(5)
            try:
                while sock.recv(4096):
                    pass
            except ConnectionError:
                pass
    assert one(journal, "left_out", RFB_SOURCE="127.0.7.7")

    def about():
        return [record for record in journal.records
                if record.get("RFB_PEER", "").startswith("127.0.7.7:") and
                record.get("PRIORITY") != "7"]
    # another minute may begin meanwhile
    assert 20 <= len(about()) <= 40
    assert len(journal.of(IDS["left_out"], RFB_SOURCE="127.0.7.7")) <= 2
    with viewer(daemon) as client:  # other sources are not affected
        client.settle()
        one(journal, "logged_in", RFB_PEER=address(client))


# --- the catalog

def test_every_record_is_explained(tmp_path):
    directory = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    directory.mkdir(parents=True)
    for file in CATALOG.parent.glob("*.catalog"):
        (directory / file.name).write_text(file.read_text())
    (tmp_path / "var" / "lib" / "systemd" / "catalog").mkdir(parents=True)
    update = subprocess.run(["journalctl", f"--root={tmp_path}", "--update-catalog"], check=False,
                            capture_output=True, text=True)
    assert update.returncode == 0, update.stderr
    for kind, message_id in IDS.items():
        shown = subprocess.run(["journalctl", f"--root={tmp_path}", "--dump-catalog", message_id],
                               check=True, capture_output=True, text=True).stdout
        assert f"-- {message_id}" in shown and "Subject:" in shown, kind


def entries(file):
    """{MESSAGE_ID: (its header but for the subject, the fields that it names)}"""
    found = {}
    for entry in re.split(r"^-- ", file.read_text(), flags=re.M)[1:]:
        message_id, text = entry.split("\n", 1)
        header, body = text.split("\n\n", 1)
        assert header.startswith("Subject: ") and body.strip(), message_id
        found[message_id] = (header.split("\n")[1:], set(re.findall(r"@(\w+)@", text)))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_is_the_same_in_every_language(language):
    translated = CATALOG.with_suffix(f".{language}.catalog")
    assert entries(translated) == entries(CATALOG)
    assert translated.read_text() != CATALOG.read_text()


def test_the_catalog_and_the_manual_have_the_same_records():
    page = (SOURCE / "data" / "man" / "gnome-desktop-sharing-daemon.rst").read_text()
    assert set(re.findall(r"^-- ([0-9a-f]{32})$", CATALOG.read_text(), flags=re.M)) == \
        set(IDS.values())
    assert set(re.findall(r"^\*([0-9a-f]{32})\*$", page, flags=re.M)) == set(IDS.values())
    assert len(set(IDS.values())) == len(IDS) == 7
