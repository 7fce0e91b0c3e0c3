# SPDX-License-Identifier: GPL-2.0-or-later
"""The clipboard of a shared desktop, from an application's side."""
import itertools
import random
import subprocess
import sys

from desktop import HERE
from processes import wait_until

APPLICATION = HERE / "clipboard_application.py"
PLAIN = "text/plain;charset=utf-8"
MIB = 1 << 20
NUMBERS = itertools.count()


class Application:
    """Copies and pastes on the desktop."""

    def __init__(self, share):
        self.desktop = share.desktop
        self.name = None

    def copy(self, contents, *options):
        """contents: {MIME type: octets}"""
        words = []
        for number, (mime_type, octets) in enumerate(contents.items()):
            file = self.desktop.path(f"copied{number}")
            file.write_bytes(octets)
            words += [mime_type, file]
        self.stop()
        self.name = f"clipboard-{next(NUMBERS)}"  # a log of its own
        process = self.desktop.spawn(self.name, sys.executable, APPLICATION, "copy", *options,
                                     *words)
        self.desktop.wait(self.name, lambda: "ready" in process.log_text(), 10, "nothing copied")

    def copy_for(self, viewer, contents, formats, *options):
        """The same, and returns when the viewer has been told."""
        before = len(viewer.clipboard.notified)
        self.copy(contents, *options)
        viewer.wait_told(lambda: formats in viewer.clipboard.notified[before:],
                         what=f"news of {formats} after {viewer.clipboard.notified}")

    def stop(self):
        if self.name:
            self.desktop.processes.stop(self.name)
        self.name = None

    def paste(self, mime_type=PLAIN):
        return subprocess.run([sys.executable, APPLICATION, "paste", mime_type], check=True,
                              timeout=30, env=self.desktop.environment,
                              stdout=subprocess.PIPE).stdout

    def types(self):
        return self.desktop.run(sys.executable, APPLICATION, "types").split()

    def wait_types(self, *wanted):
        wait_until(lambda: set(wanted) <= set(self.types()), 10,
                   f"{wanted} are not to be pasted, but {self.types()}")


def long_text(size):
    """A MiB of lines in many scripts, in UTF-8."""
    words = ["plain", "é", "€", "Москва", "ελλάδα", "漢字", "🐧", "👩‍💻", "\t", "line\n"]
    chooser = random.Random(42)
    text = ""
    while len(text.encode()) < size - 4096:
        text += "".join(chooser.choices(words, k=400))
    return text + "x" * (size - len(text.encode()))
