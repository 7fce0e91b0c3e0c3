# SPDX-License-Identifier: GPL-2.0-or-later
"""An X screen nobody sees, for the viewers that need one."""
import os
import subprocess
import tempfile


class XDisplay:
    """Xvfb on a display of its own choice; without a window manager windows are at 0,0."""

    def __init__(self, width=1600, height=1200):
        read, write = os.pipe()
        # pylint: disable=consider-using-with
        self.log = tempfile.TemporaryFile()
        self.popen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp", "-noreset"], pass_fds=[write], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        os.close(write)
        with os.fdopen(read) as number:
            line = number.readline().strip()
        if not line:
            self.log.seek(0)
            raise RuntimeError("Xvfb did not start: " + self.log.read().decode())
        self.name = f":{line}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.terminate()
        self.popen.wait()
        self.log.close()

    @property
    def environment(self):
        kept = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        return dict(kept, DISPLAY=self.name, GDK_BACKEND="x11", NO_AT_BRIDGE="1", GTK_A11Y="none",
                    GSETTINGS_BACKEND="memory")

    def run(self, *command, check=True):
        return subprocess.run(command, env=self.environment, check=check, timeout=30,
                              capture_output=True, text=True).stdout

    def set_keyboard(self, layout):
        """The keyboard of whoever sits before the viewer."""
        self.run("setxkbmap", layout)

    def type(self, text):
        """Types into the window under the pointer; a newline is the Return key."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.run("xdotool", "key", "Return")
            if line:
                self.run("xdotool", "type", "--delay", "30", line)

    def find_window(self, name):
        """The window whose title holds the name, or ""."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", name, check=False)
        return found.split()[0] if found.split() else ""

    def capture(self, window, file):
        """What the window shows, as a PNG."""
        self.run("import", "-silent", "-window", window, f"png24:{file}")
