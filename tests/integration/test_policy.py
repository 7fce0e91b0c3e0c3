# SPDX-License-Identifier: GPL-2.0-or-later
"""Every key through the real gsettings, dconf and gdbus: read, written, locked, and given values
that cannot be used. And policy of the site, which takes effect at once."""
import pathlib
import re
import subprocess
import time

import pytest
from gi.repository import GLib

from daemon import NAME, PATH
from processes import wait_until
from rfb.client import Client, can_connect
from settings_table import ROWS, schema_keys

SETTINGS = NAME + ".Settings"
PROPERTIES = "org.freedesktop.DBus.Properties"
HERE = pathlib.Path(__file__).resolve().parent
SCHEMA_FILE = HERE.parents[1] / "schemas" / "org.gnome.desktop-sharing.gschema.xml"
LOCKED = f"{NAME}.Error.Locked"
INVALID = f"{NAME}.Error.InvalidValue"
by_row = pytest.mark.parametrize("row", ROWS, ids=str)


def gdbus(managed, *words):
    """What gdbus prints; its error otherwise."""
    return subprocess.run(
        ["gdbus", "call", "--session", "-d", NAME, "-o", PATH, "-m", *words], check=False,
        env=managed.desktop.environment, capture_output=True, text=True, timeout=20)


def get(managed, row):
    result = gdbus(managed, PROPERTIES + ".Get", SETTINGS, row.property)
    assert result.returncode == 0, result.stderr
    return parse(result.stdout.strip()).unpack()[0]


def write(managed, row, value):
    return gdbus(managed, PROPERTIES + ".Set", SETTINGS, row.property, f"<{value}>")


def parse(text):
    return GLib.Variant.parse(None, text, None, None)


def setting(managed, row):
    return parse(managed.desktop.run("gsettings", "get", row.schema, row.key).strip()).unpack()


class Changes:
    """What PropertiesChanged of the settings has told while this is open."""

    def __init__(self, managed):
        self.bus = managed.desktop.bus
        self.seen = {}
        self.subscription = self.bus.signal_subscribe(
            NAME, PROPERTIES, "PropertiesChanged", PATH, SETTINGS, 0, self.on_signal)

    def on_signal(self, _bus, _sender, _path, _interface, _signal, parameters):
        self.seen.update(parameters.unpack()[1])

    def wait(self, row, value):
        def look():
            while GLib.MainContext.default().iteration(False):
                pass
            return self.seen.get(row.property, ...) == value
        wait_until(look, 5, f"{row} = {value} is not signalled; seen {self.seen}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bus.signal_unsubscribe(self.subscription)


def viewer(managed):
    return Client(managed.address, user=managed.user, password=managed.password,
                  certificate=str(managed.certificate), host="127.0.0.1")


def test_the_table_has_every_key():
    assert {(row.part, row.key) for row in ROWS} == set(schema_keys(SCHEMA_FILE))
    for row in ROWS:
        kind = schema_keys(SCHEMA_FILE)[row.part, row.key]
        assert all(parse(value).get_type_string() == kind for value in row.values + row.bad), row


@by_row
def test_a_key_is_read_and_written_both_ways(managed, row):
    with Changes(managed) as changes:
        for value in row.values:
            managed.set_setting(row.key, value, row.schema)
            wait_until(lambda v=value: get(managed, row) == parse(v).unpack(), 5,
                       f"{row} does not follow gsettings")
        changes.wait(row, parse(row.values[-1]).unpack())
        for value in row.values:
            result = write(managed, row, value)
            assert result.returncode == 0, result.stderr
            assert get(managed, row) == parse(value).unpack()
            wait_until(lambda v=value: setting(managed, row) == parse(v).unpack(), 5,
                       f"gsettings does not follow {row}")
            changes.wait(row, parse(value).unpack())


@by_row
def test_a_value_that_cannot_be_used_is_refused_and_what_is_allowed_is_told(managed, row):
    before = get(managed, row)
    for value in row.bad:
        result = write(managed, row, value)
        assert INVALID in result.stderr, f"{value}: {result.stdout}{result.stderr}"
        assert row.named in result.stderr.split("llowed", 1)[1]
    for value in ("int32 7", "(true, 1)", "'text'", "@ai []"):
        if parse(value).get_type_string() == parse(row.values[0]).get_type_string():
            continue
        result = write(managed, row, value)
        assert INVALID in result.stderr and row.named in result.stderr, result.stderr
    assert get(managed, row) == before == setting(managed, row)


def test_locked_keys(managed):
    """All at once: a lock is a round through dconf and the system's bus."""
    managed.desktop.site(locks=[row.path for row in ROWS])
    for row in ROWS:
        wait_until(lambda r=row: managed.desktop.run("gsettings", "writable", r.schema, r.key)
                   .strip() == "false", 5, f"{row} is not locked")
        before = get(managed, row)
        for value in row.values + row.bad[:1]:
            result = write(managed, row, value)
            assert LOCKED in result.stderr, f"{row}: {result.stdout}{result.stderr}"
            assert row.key in result.stderr
        assert get(managed, row) == before
    result = gdbus(managed, PROPERTIES + ".Set", NAME, "Enabled", "<false>")
    assert LOCKED in result.stderr
    result = managed.control("disable", check=False)
    assert result.returncode == 1 and "locked" in result.stderr
    managed.desktop.site()
    wait_until(lambda: write(managed, ROWS[0], "true").returncode == 0, 5, "the lock stays")


def test_enabled_is_true_or_false(managed):
    for value in ("1", "'false'", "uint32 0"):
        result = gdbus(managed, PROPERTIES + ".Set", NAME, "Enabled", f"<{value}>")
        assert INVALID in result.stderr and "true, false" in result.stderr, result.stderr
    assert managed.get("Enabled") is True


@pytest.mark.parametrize("row", [row for row in ROWS if row.bad], ids=str)
def test_a_bad_value_in_dconf_is_named(managed, row):
    if row.key in ("ca-file", "crl-file"):  # else they are not used
        managed.set_setting("client-certificates", "'request'", row.schema)
        wait_until(lambda: managed.get("StatusReason"), 5, "nothing is said of no authorities")
    if row.key == "crl-file":
        managed.set_setting("ca-file", f"'{managed.certificate}'", row.schema)
        wait_until(lambda: not managed.get("StatusReason"), 5, "the authority is not taken")
    before = managed.get("StatusReason")
    for value in row.bad:
        managed.set_setting(row.key, value, row.schema)
        wait_until(lambda: managed.get("StatusReason") != before, 5,
                   f"nothing is said of {row} = {value}")
        managed.reset_setting(row.key, row.schema)
        wait_until(lambda: managed.get("StatusReason") == before, 5, "it is still said")


# --- the site's database

def site_keys(**keys):
    return "[org/gnome/desktop-sharing]\n" + "".join(
        f"{key.replace('_', '-')}={value}\n" for key, value in keys.items())


def path_of(key):
    return f"/org/gnome/desktop-sharing/{key}"


def test_a_default_of_the_site_holds_until_the_user_decides(managed):
    managed.desktop.site(site_keys(port="uint16 5981"))
    wait_until(lambda: managed.get("Endpoints") == ["tcp:127.0.0.1:5981"], 5, "not at once")
    managed.set_setting("port", "5982")
    wait_until(lambda: managed.get("Endpoints") == ["tcp:127.0.0.1:5982"], 5, "not the user's")
    managed.desktop.site(site_keys(port="uint16 5983"), [path_of("port")])
    wait_until(lambda: managed.get("Endpoints") == ["tcp:127.0.0.1:5983"], 5, "not the lock's")
    managed.desktop.site()
    wait_until(lambda: managed.get("Endpoints") == ["tcp:127.0.0.1:5982"], 5, "not the user's")


def test_a_running_session_obeys_the_site_at_once(managed):
    with viewer(managed) as client:
        client.settle()
        managed.desktop.site(site_keys(view_only="true"), [path_of("view-only")])
        wait_until(lambda: [c["ViewOnly"] for c in managed.clients()] == [True], 2, "not live")
        path = managed.get("Clients")[0]
        with pytest.raises(GLib.Error, match="NotAllowed"):
            managed.set("ViewOnly", GLib.Variant("b", False), path, NAME + ".Client")
        managed.desktop.site()
        wait_until(lambda: [c["ViewOnly"] for c in managed.clients()] == [False], 2, "not back")
        client.wait_fence(b"still here")


def test_the_site_ends_sharing(managed):
    with viewer(managed) as client:
        client.settle()
        managed.desktop.site(site_keys(enabled="false"), [path_of("enabled")])
        assert client.closed_within(2), "the session stays"
    wait_until(lambda: managed.get("State") == "disabled", 5, "still shared")
    assert not can_connect(managed.address)
    assert managed.get("EnabledBy") == []


@pytest.mark.parametrize("how", ("gsettings", "gdbus", "site"))
def test_switching_off_ends_all_sessions_within_a_second(managed, how):
    clients = [viewer(managed) for _ in range(3)]
    for client in clients:
        client.settle(quiet=0.1)
    began = time.monotonic()
    if how == "gsettings":
        managed.set_setting("enabled", "false")
    elif how == "gdbus":
        assert gdbus(managed, PROPERTIES + ".Set", NAME, "Enabled", "<false>").returncode == 0
    else:
        managed.desktop.site(site_keys(enabled="false"), [path_of("enabled")])
    told = time.monotonic()
    assert all(client.closed_within(5) for client in clients)
    assert time.monotonic() - told < 1, f"{time.monotonic() - began} s after it was asked for"
    for client in clients:
        client.close()


@pytest.mark.parametrize("key, value, stricter", [
    ("security_types", "['nonsense']", lambda managed: not managed.get("State") == "listening"),
    ("max_clients", "uint32 0", lambda managed: managed.get("State") == "failed"),
    ("listen_addresses", "['']", lambda managed: managed.get("Endpoints") == []),
])
def test_an_unusable_value_of_the_site_is_stricter_and_named(managed, key, value, stricter):
    name = key.replace("_", "-")
    managed.desktop.site(site_keys(**{key: value}), [path_of(name)])
    wait_until(lambda: name in managed.get("StatusReason"), 5, "it is not named")
    wait_until(lambda: stricter(managed), 5, "it is not stricter")


@pytest.mark.parametrize("key, value, stricter", [
    ("port", "5901", lambda managed: managed.get("Endpoints") == ["tcp:127.0.0.1:5900"]),
    ("max_clients", "2", lambda managed: managed.get("State") == "failed"),
    ("security_types", "'x509-plain'", lambda managed: managed.get("State") == "failed"),
    ("enabled", "'yes'", lambda managed: managed.get("State") == "disabled"),
    ("listen_addresses", "'127.0.0.1'", lambda managed: managed.get("Endpoints") == []),
])
def test_a_value_of_another_type_is_stricter_and_named(managed, key, value, stricter):
    """GSettings would take the default without a word."""
    name = key.replace("_", "-")
    managed.desktop.site(site_keys(**{key: value}), [path_of(name)])
    wait_until(lambda: f"“{name}” is {value}" in managed.get("StatusReason"), 5, "it is not named")
    wait_until(lambda: stricter(managed), 5, "it is not stricter")


def test_view_only_of_another_type_is_view_only(managed):
    with viewer(managed) as client:
        client.settle()
        managed.desktop.site(site_keys(view_only="'yes'"), [path_of("view-only")])
        wait_until(lambda: [c["ViewOnly"] for c in managed.clients()] == [True], 5, "controls")
        client.wait_fence(b"still here")


# --- names

def test_introspection_has_every_key(managed):
    live = gdbus(managed, "org.freedesktop.DBus.Introspectable.Introspect").stdout
    described = (managed.build / "dbus" / "org.gnome.DesktopSharing.Settings.xml").read_text()
    for row in ROWS:
        kind = re.escape(schema_keys(SCHEMA_FILE)[row.part, row.key])
        for text in (live, described):
            assert re.search(rf'<property name="{row.property}" type="{kind}" access="readwrite"',
                             text), row
