#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Describes org.gnome.DesktopSharing.Settings: the settings schemas as a D-Bus interface.

    settings-interface.py SCHEMA.gschema.xml > org.gnome.DesktopSharing.Settings.xml

The daemon makes the properties from the schemas when it starts; this is what it then shows, with
the schemas' own descriptions.
"""
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

TOP = "org.gnome.desktop-sharing"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node>
  <!--
    org.gnome.DesktopSharing.Settings:
    @short_description: The settings of this desktop session's sharing

    On the object /org/gnome/DesktopSharing: every key of the settings schema org.gnome.desktop-sharing
    and of those below it. Changes take effect at once, whether they are made here or there, and are
    signalled. Writing a key that an administrator has locked fails with
    org.gnome.DesktopSharing.Error.Locked. Writing a value that cannot be used, or one of another type,
    fails with org.gnome.DesktopSharing.Error.InvalidValue; its message says what is allowed.
  -->
  <interface name="org.gnome.DesktopSharing.Settings">
"""
TAIL = """  </interface>
</node>
"""


def camel_case(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def properties(schema_list):
    """(property, type, schema, key, default, description), sorted."""
    for schema in schema_list.iter("schema"):
        identifier = schema.get("id")
        prefix = camel_case(identifier[len(TOP):].lstrip("."))
        for key in schema.iter("key"):
            words = [" ".join(key.findtext(part).split()) for part in ("summary", "description")]
            yield (prefix + camel_case(key.get("name")), key.get("type"), identifier,
                   key.get("name"), key.findtext("default").strip(),
                   words[0].rstrip(".") + ". " + words[1])


def describe(name, kind, schema, key, default, description):
    text = f"{description} The key “{key}” of {schema}; {default} unless it is set."
    if "--" in text:
        sys.exit(f"{key}: -- cannot stand in a comment of XML")
    lines = textwrap.wrap(text, 96, break_long_words=False, break_on_hyphens=False)
    body = "".join(f"      {line}\n" for line in lines)
    return (f"    <!--\n      {name}:\n\n{body}    -->\n"
            f'    <property name="{name}" type="{kind}" access="readwrite"/>\n')


def main():
    schema_list = ElementTree.parse(sys.argv[1]).getroot()
    body = "".join(describe(*each) for each in sorted(properties(schema_list)))
    sys.stdout.buffer.write((HEAD + body + TAIL).encode())


if __name__ == "__main__":
    main()
