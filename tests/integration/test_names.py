# SPDX-License-Identifier: GPL-2.0-or-later
"""The public names are the same everywhere: in the schemas, on D-Bus, and in the manual pages."""
import pathlib
import re
import socket
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import GLib

from daemon import NAME, PATH
from processes import wait_until
from settings_table import TOP, schema_keys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCHEMA_FILE = SOURCE / "schemas" / "org.gnome.desktop-sharing.gschema.xml"
DAEMON_PAGE = SOURCE / "data" / "man" / "gnome-desktop-sharing-daemon.rst"
COMMAND_PAGE = SOURCE / "data" / "man" / "gnome-desktop-sharing.rst"
# The chapter of the manual page in which the keys of a schema are.
CHAPTERS = {"": "SETTINGS", "access": "ACCESS RULES", "sasl": "SASL AND KERBEROS",
            "tls": "CERTIFICATES"}


def chapters(page):
    """{title: text}"""
    parts = re.split(r"^([A-Z][A-Z -]+)\n=+$", page.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def keys_in(chapter):
    """Those that begin a paragraph, with their default: **port** (*5900*), **name** (*''*)"""
    heads = re.findall(r"^(\*\*[a-z][a-z-]+\*\* ?\(.*|\*\*[a-z][a-z-]+\*\*, \*\*.*\(.*)$", chapter,
                       flags=re.M)
    return {key for head in heads for key in re.findall(r"\*\*([a-z-]+)\*\*", head)}


def camel_case(part, key):
    return "".join(word.capitalize() for word in f"{part}-{key}".split("-"))


def described(file):
    """{interface: {member: text that describes it}} of an interface's file."""
    text = file.read_text()
    found = {}
    for interface in ElementTree.fromstring(text.encode()).iter("interface"):
        members = found.setdefault(interface.get("name"), {})
        for member in interface:
            name = member.get("name")
            comment = re.search(rf"<!--\s*{name}:\s*\n(.*?)-->\s*<{member.tag} name=\"{name}\"",
                                text, flags=re.S)
            members[name] = comment[1].strip() if comment else ""
    return found


def interface_files(managed):
    return [*(SOURCE / "dbus").glob("*.xml"), *(managed.build / "dbus").glob("*.xml")]


def live(managed, path):
    """{interface: {member, ...}} as the daemon itself tells it."""
    xml = managed.desktop.call(NAME, path, "org.freedesktop.DBus.Introspectable",
                               "Introspect")[0]
    return {interface.get("name"): {member.get("name") for member in interface
                                    if member.tag in ("method", "property", "signal")}
            for interface in ElementTree.fromstring(xml).iter("interface")
            if interface.get("name").startswith(NAME)}


def test_every_key_is_described_in_the_schema():
    for key in ElementTree.parse(SCHEMA_FILE).getroot().iter("key"):
        assert key.findtext("summary", "").strip(), key.get("name")
        assert key.findtext("description", "").strip().endswith("."), key.get("name")


@pytest.mark.parametrize("part", CHAPTERS)
def test_the_manual_has_the_keys_of_the_schema(part):
    told = keys_in(chapters(DAEMON_PAGE)[CHAPTERS[part]])
    assert told == {key for schema, key in schema_keys(SCHEMA_FILE) if schema == part}


def test_each_schema_has_its_chapter():
    assert {part for part, _key in schema_keys(SCHEMA_FILE)} == set(CHAPTERS)
    page = DAEMON_PAGE.read_text()
    assert all(f"*{TOP}{'.' if part else ''}{part}*" in page for part in CHAPTERS)


def test_the_keys_are_properties(managed):
    told = live(managed, PATH)[NAME + ".Settings"]
    assert told == {camel_case(*each) for each in schema_keys(SCHEMA_FILE)}


def test_what_is_on_the_bus_is_what_is_installed_and_described(managed):
    members = {}
    for file in interface_files(managed):
        members.update(described(file))
    seen = live(managed, PATH)
    with socket.create_connection(managed.address, 10):
        wait_until(lambda: managed.get("Clients"), 5, "the connection is not there")
        seen.update(live(managed, managed.get("Clients")[0]))
    assert seen == {name: set(texts) for name, texts in members.items()}
    for interface, texts in members.items():
        for member, text in texts.items():
            assert len(text.split()) >= 3, f"{interface}.{member} is not described"


def test_the_manual_has_every_member(managed):
    chapter = chapters(DAEMON_PAGE)["D-BUS"]
    for file in interface_files(managed):
        for interface, members in described(file).items():
            assert f"**{interface}**" in chapter
            if interface != NAME + ".Settings":
                missing = {name for name in members if f"**{name}**" not in chapter}
                assert not missing, f"{interface}: {missing}"


def test_the_manual_has_every_verb(managed):
    help_text = managed.control("--help").stdout
    verbs = set(re.findall(r"^  ([a-z][a-z-]+)", help_text, flags=re.M))
    page = COMMAND_PAGE.read_text()
    assert {"status", "enable", "set-password", "view-only"} <= verbs
    assert not {verb for verb in verbs if f"**{verb}**" not in page}


def test_nothing_is_written_that_only_reads(managed):
    for name in ("State", "StatusReason", "Endpoints", "Clients", "Version", "TlsFingerprint"):
        with pytest.raises(GLib.Error):
            managed.set(name, GLib.Variant("s", "x"))
