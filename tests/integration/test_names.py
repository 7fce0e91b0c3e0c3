# SPDX-License-Identifier: GPL-2.0-or-later
"""The public names are the same everywhere: in the schemas, on D-Bus, in the manual pages, and in the
command with its help and completion."""
import json
import pathlib
import re
import socket
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from gi.repository import GLib

from daemon import NAME, PATH
from processes import wait_until
from settings_table import TOP, schema_keys
from test_completion import complete, complete_in_fish, complete_in_zsh

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


def test_both_manual_pages_are_made_and_installed(managed):
    plan = json.loads(subprocess.run(["meson", "introspect", "--installed", managed.build],
                                     check=True, capture_output=True, text=True).stdout)
    for source in (DAEMON_PAGE, COMMAND_PAGE):
        page = managed.build / "data" / f"{source.stem}.1"
        assert plan[str(page)].endswith(f"/man1/{page.name}")
        text = page.read_text()
        for title in chapters(source):
            assert re.search(rf"^\.SH {title}$", text, flags=re.M), title


def verbs_and_options(managed):
    """{verb: its options} as the command's own help tells it."""
    summary = managed.control("--help").stdout
    verbs = re.findall(r"^  ([a-z][a-z-]+)", summary, flags=re.M)
    assert {"status", "enable", "set-password", "view-only", "doctor"} <= set(verbs)
    found = {}
    for verb in verbs:
        text = managed.control(verb, "--help").stdout
        assert text == managed.control("help", verb).stdout
        assert text.startswith(f"Usage: gnome-desktop-sharing {verb}"), text
        found[verb] = set(re.findall(r"^  (--[a-z-]+)", text, flags=re.M)) - {"--help"}
    return found


def test_the_command_is_the_same_in_help_manual_and_completion(managed):
    told = verbs_and_options(managed)
    manual = chapters(COMMAND_PAGE)
    # A verb with what may follow it: in the one chapter a line that others continue, in the other a
    # head, its options in it or each with a head of its own below.
    for title, pattern in (("SYNOPSIS", r"^\| \*\*gnome-desktop-sharing\*\* (\*\*[a-z].*(?:\n  .*)*)$"),
                           ("COMMANDS", r"^(\*\*[a-z].*(?:(?!\n\*\*[a-z])\n.*)*)")):
        described = {}
        for part in re.findall(pattern, manual[title], flags=re.M):
            head = part.splitlines()[0]
            heads = part if title == "SYNOPSIS" else "\n".join(
                [head, *re.findall(r"^    (\*\*--.*)$", part, flags=re.M)])
            options = set(re.findall(r"\*\*(--[a-z-]+)\*\*", heads))
            for verb in re.findall(r"\*\*([a-z][a-z-]+)\*\*", re.split(r"\[|\*[A-Z]", head)[0]):
                described.setdefault(verb, set()).update(options)
        assert described == told, title
    assert set(complete("")) - {"--help", "--version"} == set(told)
    assert set(complete_in_fish(managed, "")) == set(told)
    assert set(complete_in_zsh(managed, "")) == set(told)
    for verb, options in told.items():
        for offered in (complete(verb, "--"), complete_in_fish(managed, f"{verb} --"),
                        complete_in_zsh(managed, f"{verb} --")):
            assert set(offered) - {"--help"} == options, verb


def test_what_the_doctor_looks_at_is_in_the_manual(managed):
    doctor = chapters(COMMAND_PAGE)["COMMANDS"].split("**doctor** [**--json**]")[1]
    heads = re.findall(r"^    (\*\*[a-z].*)$", doctor, flags=re.M)
    described = {check for head in heads for check in re.findall(r"\*\*([a-z-]+)\*\*", head)}
    named = set()
    for file in (SOURCE / "daemon" / "cli" / "doctor").glob("*_check.cpp"):
        named |= set(re.findall(r'^constexpr const char\* k_\w+ = "([a-z-]+)";', file.read_text(),
                                flags=re.M))
    assert named == described


def members(value):
    """The names of an object, or of the first object of an array."""
    return set(value[0] if isinstance(value, list) else value)


def test_the_manual_has_every_member_of_the_json(managed):
    chapter = chapters(COMMAND_PAGE)["JSON"]
    told = {title: set(re.findall(r"\*\*([A-Z][A-Za-z]+)\*\*", paragraph)) for title, paragraph in
            re.findall(r"^\*\*([a-z]+)\*\* prints (.*?)(?:\n\n|\Z)", chapter, flags=re.M | re.S)}
    with socket.create_connection(managed.address, 10):
        wait_until(lambda: managed.get("Clients"), 5, "the connection is not there")
        seen = {verb: json.loads(managed.control(verb, "--json", check=False).stdout)
                for verb in ("status", "clients", "doctor")}
    assert told["status"] == members(seen["status"])
    assert told["clients"] == members(seen["clients"])
    assert members(seen["status"]["Clients"]) == members(seen["clients"])
    assert told["doctor"] == members(seen["doctor"]) | members(seen["doctor"]["Findings"])


def test_nothing_is_written_that_only_reads(managed):
    for name in ("State", "StatusReason", "Endpoints", "Clients", "Version", "TlsFingerprint"):
        with pytest.raises(GLib.Error):
            managed.set(name, GLib.Variant("s", "x"))
