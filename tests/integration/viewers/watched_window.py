# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer on an X screen nobody sees, driven through our standard input: a line is typed into its
window, the end of file ends it.  Meanwhile a picture of the whole screen is kept up to date."""
import os
import select
import signal
import subprocess
import sys
import time


class WatchedWindow:
    """A context manager; the title is a part of that of its window."""

    def __init__(self, display, title, command, environment):
        self.display, self.title = display, title
        # pylint: disable=consider-using-with
        self.viewer = subprocess.Popen([str(word) for word in command], env=environment,
                                       stdin=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.viewer.pid, signal.SIGKILL)
        self.viewer.wait()

    def follow(self, snapshot):
        while self.viewer.poll() is None:
            if select.select([sys.stdin], [], [], 0.3)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                self.type(line)
            # uncompressed: it has to keep up
            self.display.run("import", "-silent", "-window", "root", f"bmp3:{snapshot}.new")
            os.replace(f"{snapshot}.new", snapshot)
        sys.exit(f"the viewer ended with {self.viewer.returncode}")

    def type(self, line):
        window = self.display.find_window(self.title)
        if not window:
            sys.exit(f"there is no window {self.title!r}")
        self.display.run("xdotool", "mousemove", "--window", window, "600", "500")
        self.display.run("xdotool", "windowfocus", window, check=False)
        self.display.run("xdotool", "click", "1")
        # a seat that has just got its keyboard loses the first key
        self.display.run("xdotool", "key", "Shift_L")
        time.sleep(0.5)
        self.display.type(line)
        self.display.run("xdotool", "mousemove", "1590", "1190")
