#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An application beside a viewer, on its X screen, that copies and pastes text.

    x_clipboard.py copy FILE        prints "ready" and gives the text until it is ended
    x_clipboard.py paste > FILE     what is to be pasted now, or nothing
"""
import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402


def main():
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    if sys.argv[1] == "copy":
        clipboard.set_text(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"), -1)
        print("ready", flush=True)
        Gtk.main()
    else:
        sys.stdout.buffer.write((clipboard.wait_for_text() or "").encode())


if __name__ == "__main__":
    main()
