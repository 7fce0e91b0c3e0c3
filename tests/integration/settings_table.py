# SPDX-License-Identifier: GPL-2.0-or-later
"""Every key of the settings, with values to try: what the tests of policy go through."""
import re
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple

TOP = "org.gnome.desktop-sharing"
NO_FILE = "'/nonexistent/file'"


class Row(NamedTuple):
    part: str  # of the schema's name, "" for the top
    key: str
    values: tuple  # two that can be used, as text of GVariant; neither is the default
    bad: tuple  # of the right type, and not to be used
    named: str  # what an answer to a bad one names as allowed

    @property
    def schema(self):
        return f"{TOP}.{self.part}" if self.part else TOP

    @property
    def path(self):
        return "/" + self.schema.replace(".", "/") + "/" + self.key

    @property
    def property(self):
        return "".join(word.capitalize() for word in f"{self.part}-{self.key}".split("-"))

    def __str__(self):
        return self.property


ANY_FILE, OTHER_FILE = "'/etc/passwd'", "'/etc/group'"
ROWS = (
    Row("", "enabled", ("true", "false"), (), "true"),
    Row("", "view-only", ("true", "false"), (), "true"),
    Row("", "follow-gnome-settings", ("false", "true"), (), "true"),
    Row("", "port", ("uint16 5977", "uint16 65535"), ("uint16 0",), "65535"),
    Row("", "negotiate-port", ("false", "true"), (), "true"),
    Row("", "listen-addresses", ("['::1', 'unix:/tmp/x']", "['eth0', '127.0.0.2']"),
        ("['300.1.1.1']", "['']", "['unix:x']", "['a name that is too long']"), "unix:"),
    Row("", "proxy-protocol-from", ("['192.0.2.1']", "['192.0.2.0/24', '2001:db8::1']"),
        ("['proxy.example.org']", "['192.0.2.1/24']"), "192.0.2.0/24"),
    Row("", "security-types", ("['x509-plain']", "['sasl', 'x509-vnc', 'none']"),
        ("['nonsense']", "@as []", "['x509-plain', 'None']"), "x509-sasl"),
    Row("", "capture", ("'mutter'", "'portal'"), ("'nonsense'", "''", "'Mutter'"), "portal"),
    Row("", "monitors", ("'primary'", "'virtual'"), ("'nonsense'", "''", "'All'"), "virtual"),
    Row("", "clipboard", ("'off'", "'to-viewer'"), ("'up'", "''", "'Both'"), "from-viewer"),
    Row("", "clipboard-limit", ("uint32 1", "uint32 16384"), ("uint32 0", "uint32 16385"), "16384"),
    Row("", "ask-always", ("true", "false"), (), "true"),
    Row("", "ask-timeout", ("uint32 1", "uint32 3600"), ("uint32 0", "uint32 3601"), "3600"),
    Row("", "max-clients", ("uint32 1", "uint32 100"), ("uint32 0",), "1"),
    Row("", "inhibit-idle", ("false", "true"), (), "true"),
    Row("", "lock-on-disconnect", ("true", "false"), (), "true"),
    Row("", "idle-timeout", ("uint32 600", "uint32 4294967295"), (), "0"),
    Row("access", "rules", ("[('view', 'bob')]", "@a(ss) []"),
        ("[('maybe', 'bob')]", "[('control', 'bob'), ('view', 'host:300.1.1.1')]"), "host:"),
    Row("access", "default", ("'deny'", "'view'"), ("'maybe'", "''"), "control"),
    Row("sasl", "mechanisms", ("['SCRAM-SHA-256']", "['GSSAPI', 'PLAIN']"),
        ("['NONSENSE']", "['SCRAM-SHA-256', 'scram-sha-512']"), "SCRAM-SHA-512"),
    Row("sasl", "realm", ("'EXAMPLE.ORG'", "'EXAMPLE.COM'"), (), "text"),
    Row("sasl", "hostname", ("'desk.example.org'", "'desk'"), (), "text"),
    Row("sasl", "keytab", (ANY_FILE, OTHER_FILE), (NO_FILE, "'vnc.keytab'"), "path"),
    Row("sasl", "password-source", ("'sasldb'", "'saslauthd'"), ("'nonsense'", "''"), "saslauthd"),
    Row("sasl", "minimum-ssf", ("uint32 256", "uint32 112"), ("uint32 0", "uint32 56"), "112"),
    Row("tls", "certificate-file", (ANY_FILE, OTHER_FILE), (NO_FILE,), "path"),
    Row("tls", "private-key-file", (ANY_FILE, OTHER_FILE), (NO_FILE,), "path"),
    Row("tls", "ca-file", (ANY_FILE, OTHER_FILE), (NO_FILE,), "path"),
    Row("tls", "crl-file", (ANY_FILE, OTHER_FILE), (NO_FILE,), "path"),
    Row("tls", "client-certificates", ("'request'", "'require'"), ("'maybe'", "''"), "ignore"),
    Row("tls", "priority", ("'SECURE128:-VERS-ALL:+VERS-TLS1.3'", "'NORMAL'"),
        ("'NONSENSE'", "'NORMAL:-VERS-ALL:+VERS-TLS1.0'"), "GnuTLS"),
)


def schema_keys(schema_file):
    """{(part, key): type} of the schemas themselves."""
    found = {}
    for schema in ElementTree.parse(schema_file).getroot().iter("schema"):
        part = re.sub(rf"^{re.escape(TOP)}\.?", "", schema.get("id"))
        found.update({(part, key.get("name")): key.get("type") for key in schema.iter("key")})
    return found
