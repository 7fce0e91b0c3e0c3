#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a screen reader sees of a program.

    seen_widgets.py NAME-OF-PROGRAM

For each line of input, a JSON object with what is wanted of "role", "name" and "title" (of the window),
a line of output: the list of such widgets, or with "first" of the first of them.
"""
import json
import sys
from itertools import islice

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

DEEPEST = 60
# Long, and nothing to be found.
NOT_LOOKED_INTO = ("CcPanelList", "Settings categories", "label", "scroll bar")


def describe(node, title):
    states = node.get_state_set()
    extents = node.get_extents(Atspi.CoordType.WINDOW)
    return {"role": node.get_role_name(), "name": node.get_name(), "title": title,
            "at": (extents.x, extents.y, extents.width, extents.height),
            "checked": states.contains(Atspi.StateType.CHECKED),
            "sensitive": states.contains(Atspi.StateType.SENSITIVE)}


def walk(node, title, wanted, depth=0):
    role, name = node.get_role_name(), node.get_name()
    if wanted.get("role") in (None, role) and wanted.get("name") in (None, name):
        yield describe(node, title)
    if depth < DEEPEST and role not in NOT_LOOKED_INTO and name not in NOT_LOOKED_INTO:
        for number in range(node.get_child_count()):
            child = node.get_child_at_index(number)
            if child:
                yield from walk(child, title, wanted, depth + 1)


def search(program_name, wanted):
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(number)
        if not program or program.get_name() != program_name:
            continue
        for place in range(program.get_child_count()):
            window = program.get_child_at_index(place)
            if window and wanted.get("title") in (None, window.get_name()):
                yield from walk(window, window.get_name(), wanted)


def forget():
    """Nothing is taken from memory: the signals that would keep that right are not waited for."""
    while GLib.MainContext.default().iteration(False):
        pass
    Atspi.get_desktop(0).clear_cache()


def main():
    Atspi.init()
    for line in sys.stdin:
        forget()
        found = []
        try:
            wanted = json.loads(line)
            found.extend(islice(search(sys.argv[1], wanted), 1 if wanted.get("first") else None))
        except GLib.Error:
            pass  # something went while we looked
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
