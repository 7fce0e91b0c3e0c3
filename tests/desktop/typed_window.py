#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A GTK window that writes down what is typed into it.

    typed_window.py FILE
"""
import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402


def main():
    file = pathlib.Path(sys.argv[1])
    window = Gtk.Window(title="typed")
    view = Gtk.TextView()
    content = view.get_buffer()
    content.connect("changed", lambda *_: file.write_text(content.props.text, encoding="utf-8"))
    window.add(view)
    window.fullscreen()
    window.connect("map-event", lambda *_: file.touch())
    window.show_all()
    Gtk.main()


if __name__ == "__main__":
    main()
